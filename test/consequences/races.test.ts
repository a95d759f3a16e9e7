import assert from 'node:assert/strict';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { deleteConnection } from '../../src/auth/connectors/openid/disconnect.ts';
import { connectionOf } from '../../src/auth/connectors/openid/settings.ts';
import { letIn } from '../../src/auth/people/let-in.ts';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { deleteAccount, deleteOrganisation } from '../../src/users/lifecycle/delete-account.ts';
import { removeDomain } from '../../src/users/lifecycle/domains.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { type User, UserTable } from '../../src/users/user.entity.ts';
import { type Served, serveScim, userBody } from '../directory/scim/support.ts';
import { testCompany } from '../support/company.ts';
import { describeOnEachEngine } from '../support/engines.ts';

describeOnEachEngine('consequences: at the same time', () => {
  let served: Served;
  before(async () => {
    served = await serveScim();
  });
  after(() => served.stop());

  /** A company of its own, since each ends. */
  async function company(domain: string) {
    const { house } = served;
    const acme = await testCompany(house, domain);
    const held = await house.ground.db.read.findOneBy(DomainTable, { accountId: acme.scope.accountId });
    const connection = await connectionOf(house.ground.db.read, acme.scope.accountId);
    assert.ok(held && connection);
    const signIn = ({ displayName, primaryAddress }: User) =>
      letIn(
        house.ground,
        house.sessions,
        {
          connection,
          issuer: connection.issuer,
          subject: `00u-${displayName}`,
          address: primaryAddress,
          target: '/',
          authTime: null,
          amr: null,
        },
        null,
      );
    return { ...acme, domainId: held.id, signIn };
  }
  type Made = Awaited<ReturnType<typeof company>>;

  const ends: { name: string; end: (made: Made) => Promise<unknown>; keepsWhoIsIn?: true }[] = [
    { name: 'domain', end: ({ scope, domainId }) => removeDomain(served.house.ground, { ...scope, domainId }) },
    {
      name: 'connection',
      end: ({ scope }) => deleteConnection(served.house.ground, scope, 'admin'),
      keepsWhoIsIn: true,
    },
    {
      name: 'account',
      end: async ({ scope, domainId }) => {
        const { ground, upstairs } = served.house;
        await removeDomain(ground, { ...scope, domainId });
        await deleteAccount(ground, upstairs, scope, 'Acme');
      },
    },
    {
      name: 'organisation',
      end: ({ scope: { organisationId } }) =>
        deleteOrganisation(served.house.ground, served.house.upstairs, organisationId, organisationId),
    },
  ];

  it('Nobody is in by a sign-in that finishes while a domain, a connection, an account or an organisation goes', async () => {
    const { ground, sessions } = served.house;
    for (const { name, end, keepsWhoIsIn } of ends) {
      const made = await company(`${name}.example`);
      const people: User[] = [];
      for (let i = 0; i < 12; i++) people.push(await made.member(`p${i}`, 'Pro'));
      const attempts = people.map(async (user, i) => {
        for (let turn = 0; turn < i; turn++) await ground.db.read.query('SELECT 1');
        return made.signIn(user).catch(() => null);
      });
      const middle = attempts.slice(0, 6);
      await Promise.all([Promise.race(middle).then(() => end(made)), ...attempts]);
      await assert.rejects(made.signIn(people[0]!), name);
      const begun = (await Promise.all(attempts)).filter((one) => one !== null);
      for (const { token } of begun) {
        const result = await sessions.check(token, 'user');
        assert.equal(result.in, keepsWhoIsIn ?? false, name);
      }
    }
  });

  it('Nobody is in by a push that arrives while a domain, a connection, an account or an organisation goes', async () => {
    const { ground } = served.house;
    for (const { name, end, keepsWhoIsIn } of ends) {
      const made = await company(`push-${name}.example`);
      const { token } = await createScimKey(ground, made.scope, { name: 'Okta' });
      const scim = served.as(token);
      await made.member('before', 'Pro');
      const push = (i: number) => scim.post('/Users', { ...userBody(`p${i}`), userName: `p${i}@push-${name}.example` });
      const replies = await Promise.all([push(0), push(1), end(made), ...[2, 3, 4, 5, 6, 7].map(push)]);
      for (const reply of replies) {
        const status = (reply as { status?: number } | undefined)?.status;
        if (typeof status === 'number') assert.ok([201, 400, 401].includes(status), `${name}: ${status}`);
      }
      const people = await ground.db.read.findBy(UserTable, { accountId: made.scope.accountId });
      for (const user of people) {
        const { maySignIn } = await entitlement(ground.db.read, user.id);
        assert.equal(maySignIn, keepsWhoIsIn === true && user.displayName === 'before', `${name}: ${user.userName}`);
      }
      const after = await push(9);
      assert.equal(after.status, name === 'domain' ? 400 : 401, name);
    }
  });

  it('Of two removals or deletions at once one is done, and the other finds nothing', async () => {
    for (const { name, end } of ends) {
      const made = await company(`twice-${name}.example`);
      const results = await Promise.allSettled([end(made), end(made), end(made)]);
      const codes = results.map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as { code: string }).code));
      assert.equal(codes.filter((code) => code === 'done').length, 1, `${name}: ${codes.join(', ')}`);
      const others = new Set(codes.filter((code) => code !== 'done'));
      const expected = new Set(['domain.notFound', 'connection.notFound', 'account.notFound', 'organisation.notFound']);
      assert.ok(
        [...others].every((code) => expected.has(code)),
        codes.join(', '),
      );
    }
  });

  it('What is refused leaves everything as it was', async () => {
    const { ground, upstairs } = served.house;
    const made = await company('whole.example');
    const paula = await made.member('paula', 'Pro');
    const { token } = await made.signIn(paula);
    const failing = { ...upstairs, organisationDeleted: () => Promise.reject(new Error('a disk is full')) };
    const { organisationId } = made.scope;
    await assert.rejects(deleteOrganisation(ground, failing, organisationId, organisationId), /disk is full/);
    await assert.rejects(deleteAccount(ground, upstairs, made.scope, 'Acme'), { code: 'account.domainsRemain' });
    assert.equal((await served.house.sessions.check(token, 'user')).in, true);
    assert.ok(await connectionOf(ground.db.read, made.scope.accountId));
    assert.ok(await ground.db.read.findOneBy(DomainTable, { id: made.domainId }));
  });
});
