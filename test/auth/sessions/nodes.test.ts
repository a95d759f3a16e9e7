import assert from 'node:assert/strict';
import type { House } from '../../../src/app.ts';
import { userPrincipal } from '../../../src/auth/people/principal.ts';
import { signOutDevice } from '../../../src/auth/pages/sign-out.ts';
import { unmapGroup } from '../../../src/directory/groups/mappings.ts';
import { TierMappingTable } from '../../../src/users/entitlement/mapping.entity.ts';
import { activateUser, suspendUser } from '../../../src/users/lifecycle/administer.ts';
import { UserTable, type User } from '../../../src/users/user.entity.ts';
import { type Company, testCompany } from '../../support/company.ts';
import { testConfig, testHouse } from '../../support/house.ts';
import { asPostgres, isPostgresHere, migratedDatabase } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

type Node = House & { stop: () => Promise<void> };

describe('a no that another node heard', () => {
  let url: string;
  let here: Node;
  let there: Node;
  let acme: Company;
  let paula: User;
  beforeEach(async function () {
    if (!isPostgresHere()) this.skip();
    url = await migratedDatabase();
    const certsDir = testConfig().certsDir;
    here = await testHouse(testConfig({ databaseUrl: url, certsDir }));
    there = await testHouse(testConfig({ databaseUrl: url, certsDir }));
    acme = await testCompany(here);
    paula = await acme.member('paula', 'Pro');
  });
  afterEach(async () => {
    await here?.stop();
    await there?.stop();
  });

  const signIn = (): Promise<string> =>
    here.ground.db.write(async (m) => {
      const principal = (await userPrincipal(m, paula.id))!;
      const { session, token } = await here.sessions.begin(m, principal, 3_600_000);
      await m.update(UserTable, { id: paula.id }, { liveUntil: session.expiresAt });
      return token;
    });
  const isIn = async (node: Node, token: string): Promise<boolean> => (await node.sessions.check(token, 'user')).in;

  /** Signs in and lets the other node remember it. */
  async function remembered(): Promise<string> {
    const token = await signIn();
    await until(() => isIn(there, token));
    return token;
  }

  it('is refused here within a second, whatever said it, although the check asks memory alone', async () => {
    const { ground } = here;
    const says: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      [
        'an administrator',
        () => suspendUser(ground, acme.scope, paula.id, 'admin'),
        () => activateUser(ground, acme.scope, paula.id),
      ],
      [
        'a mapping',
        async () => {
          const mapping = await ground.db.read.findOneBy(TierMappingTable, { accountId: acme.scope.accountId });
          await unmapGroup(ground, acme.scope, mapping!.id);
        },
        async () => {},
      ],
    ];
    for (const [who, no, lift] of says) {
      const token = await remembered();
      const atOnce = await Promise.race([isIn(there, token), new Promise((resolve) => setImmediate(resolve, 'later'))]);
      assert.equal(atOnce, true, 'from memory: no SQL is waited for');
      await no();
      await until(async () => !(await isIn(there, token)), 1_000);
      await lift();
      assert.equal(await isIn(there, token), false, `${who}: a yes brings nothing back`);
    }
  });

  it('ends one device everywhere', async () => {
    const token = await remembered();
    const checked = await here.sessions.check(token, 'user');
    assert.ok(checked.in);
    await signOutDevice(here.ground, here.sessions, checked, checked.session.id);
    await until(async () => !(await isIn(there, token)), 1_000);
  });

  it('is believed of the database alone while nothing is heard, and nobody is let in when that is away too', async () => {
    const token = await remembered();
    const name = new URL(url.replace('postgres@', 'x')).pathname.slice(1);
    await asPostgres(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
    await asPostgres(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    const refused = await until(
      () =>
        isIn(there, token).then(
          () => null,
          (error: unknown) => error,
        ),
      1_500,
    );
    assert.ok(refused instanceof Error);
    await asPostgres(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
    await until(() => isIn(there, token).catch(() => false));
    assert.equal(await isIn(there, token), true, 'an outage is no no');
  });
});
