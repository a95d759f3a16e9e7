import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { firstAdministrator } from '../../src/access/administrators/first.ts';
import { administratorNamed, linkForAdministrator } from '../../src/access/administrators/manage.ts';
import { setUpAdministrator } from '../../src/access/administrators/set-up.ts';
import { claimDomain } from '../../src/accounts/domains/domains.ts';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { verifyDomain } from '../../src/accounts/domains/verify.ts';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import { listOrganisations } from '../../src/accounts/organisations/organisations.ts';
import { letIn } from '../../src/auth/people/let-in.ts';
import { ConnectionTable } from '../../src/auth/connectors/openid/connection.entity.ts';
import { matchPerson } from '../../src/auth/connectors/openid/person.ts';
import { FederatedIdentityTable } from '../../src/auth/connectors/openid/identity.entity.ts';
import { createScimKey, listScimKeys } from '../../src/directory/scim/keys/keys.ts';
import { addMembers, removeMembers, replaceMembers } from '../../src/directory/groups/members.ts';
import { createGroup, deleteGroup } from '../../src/directory/groups/groups.ts';
import { mapGroup, unmapGroup } from '../../src/directory/groups/mappings.ts';
import type { Writer } from '../../src/platform/database/unit.ts';
import { lockRows } from '../../src/platform/database/lock.ts';
import { rows } from '../../src/platform/database/run.ts';
import { sql } from '../../src/platform/database/sql.ts';
import { suspendUser } from '../../src/users/lifecycle/administer.ts';
import { createPerson, deletePerson } from '../../src/users/lifecycle/people.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { UserTable, type User } from '../../src/users/user.entity.ts';
import { type Company, testCompany } from '../support/company.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { testHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

/** What eight at once came to: how many did it, and the codes of those who were refused. */
async function race(work: (i: number) => Promise<unknown>, count = 8): Promise<{ done: number; refused: string[] }> {
  const outcomes = await Promise.allSettled(Array.from({ length: count }, (_, i) => work(i)));
  const refused = outcomes.flatMap((each) =>
    each.status === 'rejected' ? [String((each.reason as { code?: unknown }).code ?? each.reason)] : [],
  );
  return { done: count - refused.length, refused: [...new Set(refused)] };
}

describeOnEachEngine('at the same time', function (engine) {
  let house: Awaited<ReturnType<typeof testHouse>>;
  let acme: Company;
  before(async () => {
    house = await testHouse();
    acme = await testCompany(house);
  });
  after(() => house.stop());

  /** As a directory's request does it: beside others in the account, with the group's row locked. */
  const push = <T>(unit: (m: Writer) => Promise<T>, groupId?: string): Promise<T> =>
    house.ground.db.write(
      async (m) => {
        if (groupId) await lockRows(m, 'directory_groups', [groupId]);
        return unit(m);
      },
      { ...acme.scope, beside: true },
    );
  const epochOf = async (id: string): Promise<number> =>
    (await house.ground.db.read.findOneBy(UserTable, { id }))!.epoch;
  const live = (user: User): Promise<unknown> =>
    house.ground.db.write((m) => m.update(UserTable, { id: user.id }, { liveUntil: Date.now() + 1e6 }));
  /** Until a transaction waits for another's lock. */
  const someoneWaits = (): Promise<unknown> =>
    until(async () => {
      const waiting = sql`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      return (await rows(house.ground.db.read, waiting)).length > 0;
    });
  const membershipsOf = (userId: string): Promise<unknown[]> =>
    rows(house.ground.db.read, sql`SELECT 1 FROM "group_members" WHERE "memberId" = ${userId}`);

  it('one person of a name is made, and the others are told', async () => {
    const { ground } = house;
    const make = (i: number): Promise<unknown> => {
      const address = `${i % 2 ? 'Same' : 'same'}@acme.example`;
      const input = { userName: address, externalId: null, displayName: null, profile: {}, primary: null, emails: [] };
      return push((m) => createPerson(ground, m, acme.scope, acme.scope.connectionId, input));
    };
    assert.deepEqual(await race(make), { done: 1, refused: ['user.userNameTaken'] });
    const group = (): Promise<unknown> =>
      push((m) => createGroup(ground, m, acme.scope, { displayName: 'Same', externalId: null }));
    assert.deepEqual(await race(group), { done: 1, refused: ['group.nameTaken'] });
  });

  it('one account has a domain that two prove, and one claim', async () => {
    const { ground } = house;
    const { organisationId } = acme.scope;
    const accounts = await Promise.all(
      ['A', 'B', 'C', 'D'].map((name) => createAccount(ground, organisationId, { name })),
    );
    const first = accounts[0]!.id;
    const claiming = await race(() => claimDomain(ground, organisationId, first, { domain: 'wanted.example' }));
    assert.deepEqual(claiming, { done: 1, refused: ['domain.claimedAlready'] });
    for (const { id } of accounts.slice(1)) {
      await claimDomain(ground, organisationId, id, { domain: 'wanted.example' });
    }
    const claims = await ground.db.read.findBy(DomainTable, { name: 'wanted.example' });
    const dns = {
      lookUp: async () => ({ outcome: 'found' as const, values: claims.map(({ recordValue }) => recordValue) }),
    };
    const verifying = await race((i) => {
      const { accountId, id: domainId } = claims[i % claims.length]!;
      return verifyDomain(ground, dns as never, async () => {}, { organisationId, accountId, domainId });
    }, claims.length);
    assert.deepEqual(verifying, { done: 1, refused: ['domain.taken'] });
    assert.equal(await ground.db.read.countBy(DomainTable, { name: 'wanted.example', state: 'verified' }), 1);
  });

  it('no more keys are made than a connection may have', async () => {
    const made = await race((i) => createScimKey(house.ground, acme.scope, { name: `key ${i}` }), 30);
    assert.deepEqual(made, { done: 20, refused: ['scimKey.tooMany'] });
    assert.equal((await listScimKeys(house.ground.db.read, acme.scope.accountId)).length, 20);
  });

  it('a set-up link works once', async () => {
    const fresh = await testHouse();
    try {
      assert.equal((await race(() => firstAdministrator(fresh.ground))).done, 8);
      const { id, organisationId } = await administratorNamed(fresh.ground.db.read, null, null);
      const { link } = await linkForAdministrator(fresh.ground, { organisationId, actorId: null }, id);
      const token = new URL(link).searchParams.get('token')!;
      const from = { browser: '', device: undefined, previous: null, target: '' };
      const input = { organisationName: 'X', userName: 'ada', password: 'seven otters paddle upstream' };
      const used = await race(
        () => setUpAdministrator(fresh.ground, fresh.sessions, token, { ...input, again: input.password }, from),
        4,
      );
      assert.deepEqual(used, { done: 1, refused: ['administrator.linkInvalid'] });
      assert.equal((await listOrganisations(fresh.ground.db.read)).length, 1);
    } finally {
      await fresh.stop();
    }
  });

  it('whoever leaves two groups at once, and has no other, is out', async () => {
    const { ground } = house;
    for (let round = 0; round < 10; round++) {
      const user = await acme.person(`leaver${round}`);
      const groups = [await acme.group(`L1 ${round}`, [user]), await acme.group(`L2 ${round}`, [user])];
      for (const { displayName } of groups) await mapGroup(ground, acme.scope, { groupName: displayName, tier: 'Pro' });
      await live(user);
      const before = await epochOf(user.id);
      await Promise.all(groups.map(({ id }) => push((m) => removeMembers(ground, m, acme.scope, id, [user.id]), id)));
      assert.equal(await epochOf(user.id), before + 1, 'the second saw that it was the last');
    }
  });

  it('whoever signs in while their right goes is out, or never was in', async () => {
    const { ground, sessions } = house;
    const connection = (await ground.db.read.findOneBy(ConnectionTable, { id: acme.scope.connectionId }))!;
    for (let round = 0; round < 12; round++) {
      const user = await acme.person(`racer${round}`);
      const group = await acme.group(`R ${round}`, [user]);
      const mapping = await mapGroup(ground, acme.scope, { groupName: group.displayName, tier: 'Pro' });
      const proof = {
        connection,
        issuer: connection.issuer,
        subject: `00u-racer${round}`,
        address: user.primaryAddress,
        target: '/',
        authTime: null,
        amr: null,
      };
      const nos = [
        () => push((m) => removeMembers(ground, m, acme.scope, group.id, [user.id]), group.id),
        () => unmapGroup(ground, acme.scope, mapping.id),
        () => suspendUser(ground, acme.scope, user.id, 'admin'),
      ];
      const [entered] = await Promise.allSettled([letIn(ground, sessions, proof, null), nos[round % 3]!()]);
      if (entered.status === 'rejected') continue;
      await ground.db.write((m) => addMembers(ground, m, acme.scope, group.id, [user.id]));
      if (round % 3 === 1) await mapGroup(ground, acme.scope, { groupName: group.displayName, tier: 'Pro' });
      const check = await sessions.check(entered.value.token, 'user');
      assert.equal(check.in, false, `round ${round}: a yes that follows brings nothing back`);
    }
  });

  it('whoever is being let in when their right goes is put out by that', async () => {
    const { ground, sessions } = house;
    const connection = (await ground.db.read.findOneBy(ConnectionTable, { id: acme.scope.connectionId }))!;
    const inside = AsyncLocalStorage.snapshot();
    for (const kind of ['member', 'deleted'] as const) {
      const user = await acme.person(`late-${kind}`);
      const group = await acme.group(`Late ${kind}`, [user]);
      await mapGroup(ground, acme.scope, { groupName: group.displayName, tier: 'Pro' });
      const nos = {
        member: () =>
          push(async (m) => void (await removeMembers(ground, m, acme.scope, group.id, [user.id])), group.id),
        deleted: () =>
          push(async (m) => {
            await lockRows(m, 'users', [user.id]);
            await deletePerson(ground, m, user);
          }),
      };
      let no: Promise<unknown> = Promise.resolve();
      let begun = false;
      // The no comes when everything was checked, and before the session is there.
      const interrupted = {
        begin: async (...given: Parameters<typeof sessions.begin>) => {
          if (!begun) {
            begun = true;
            no = inside(nos[kind]);
            await Promise.race([no, engine === 'postgres' ? inside(someoneWaits) : null]);
          }
          return sessions.begin(...given);
        },
      };
      const { subject, address } = { subject: `00u-late-${kind}`, address: user.primaryAddress };
      const proof = { connection, issuer: connection.issuer, subject, address, target: '/', authTime: null, amr: null };
      const { token } = await letIn(ground, interrupted as never, proof, null);
      await no;
      if (kind === 'member') await ground.db.write((m) => addMembers(ground, m, acme.scope, group.id, [user.id]));
      else await ground.db.write((m) => m.update(UserTable, { id: user.id }, { deletedAt: null }));
      assert.equal((await sessions.check(token, 'user')).in, false, `${kind}: a yes that follows brings nothing back`);
    }
  });

  it('one subject is joined once, however often it signs in first', async () => {
    const { ground, sessions } = house;
    const connection = (await ground.db.read.findOneBy(ConnectionTable, { id: acme.scope.connectionId }))!;
    const user = await acme.member('joiner', 'Pro');
    const proof = {
      connection,
      issuer: connection.issuer,
      subject: '00u-joiner',
      address: null,
      target: '/',
      authTime: null,
      amr: null,
    };
    assert.equal((await race(() => letIn(ground, sessions, proof, null))).done, 8);
    assert.equal(await ground.db.read.countBy(FederatedIdentityTable, { userId: user.id }), 1);
    // Between looking for the subject and looking for the person's others, another first sign-in is committed.
    let asked = 0;
    const between = {
      find: (...given: Parameters<typeof ground.db.read.find>) => ground.db.read.find(...given),
      findOneBy: (...given: Parameters<typeof ground.db.read.findOneBy>) =>
        asked++ === 0 ? null : ground.db.read.findOneBy(...given),
    };
    assert.equal((await matchPerson(between as never, proof)).joined, true);
    const twin = await acme.member('twin', 'Pro', '00u-nobody');
    const strangers = await race((i) =>
      letIn(ground, sessions, { ...proof, subject: `00u-twin${i}`, address: twin.primaryAddress }, null),
    );
    assert.deepEqual(
      [strangers.done, await ground.db.read.countBy(FederatedIdentityTable, { userId: twin.id })],
      strangers.done === 0 ? [0, 0] : [1, 1],
    );
  });

  it('nobody who is deleted meanwhile stays a member, and nested groups change alone', async () => {
    const { ground } = house;
    for (let round = 0; round < 8; round++) {
      const user = await acme.person(`goner${round}`);
      const other = await acme.person(`stayer${round}`);
      const group = await acme.group(`G ${round}`, [other]);
      const inner = await acme.group(`G inner ${round}`, [other]);
      await race(
        (i) =>
          [
            () => push((m) => addMembers(ground, m, acme.scope, group.id, [user.id]), group.id),
            () => push((m) => replaceMembers(ground, m, acme.scope, group.id, [other.id, inner.id]), group.id),
            () =>
              push(async (m) => {
                await lockRows(m, 'users', [user.id]);
                await deletePerson(ground, m, user);
              }),
            () => push((m) => addMembers(ground, m, acme.scope, inner.id, [user.id, other.id]), inner.id),
            () => push((m) => deleteGroup(ground, m, acme.scope, group), group.id),
          ][i]!(),
        5,
      );
      assert.equal((await membershipsOf(user.id)).length, 0);
      assert.equal((await entitlement(ground.db.read, user.id)).maySignIn, false);
    }
  });
});
