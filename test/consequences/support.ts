import assert from 'node:assert/strict';
import type { House } from '../../src/app.ts';
import { AccountTable } from '../../src/accounts/accounts/account.entity.ts';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import type { AccountType } from '../../src/accounts/accounts/types.ts';
import { type Domain, DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../src/accounts/domains/domains.ts';
import { createOrganisation } from '../../src/accounts/organisations/organisations.ts';
import type { Proof } from '../../src/auth/connectors/openid/finish.ts';
import { connectionOf } from '../../src/auth/connectors/openid/settings.ts';
import { letIn } from '../../src/auth/people/let-in.ts';
import { userPrincipal } from '../../src/auth/people/principal.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import type { Scope } from '../../src/users/lifecycle/out.ts';
import { type Registration, registrationOf } from '../../src/users/lifecycle/registration.ts';
import { suspend } from '../../src/users/lifecycle/suspension.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import { type User, UserTable } from '../../src/users/user.entity.ts';
import { type Company, testCompany } from '../support/company.ts';
import { testConfig, testHouse } from '../support/house.ts';

export type TestHouse = House & { stop: () => Promise<void> };

/** A device that somebody is signed in on. */
export interface Device {
  isIn: () => Promise<boolean>;
}

/** What the consequences need: a house, and people who are in. */
export interface Stage {
  house: TestHouse;
  /** A company whose directory pushes: paula, in a Pro group. */
  acme: Company;
  /** An account without a directory, of its own organisation unless another is named. */
  own: (options?: { organisationId?: string; name?: string }) => Promise<Scope>;
  /** A claim that is verified, and the account the enterprise one that this makes it. */
  verified: (scope: Scope, domain: string) => Promise<Domain>;
  pending: (scope: Scope, domain: string) => Promise<Domain>;
  register: (scope: Scope, address: string) => Promise<User>;
  /** As an administrator had suspended them while the account was an enterprise one. */
  wasSuspended: (user: User) => Promise<boolean>;
  /** Signs a person in as a sign-in does; they must be entitled. */
  device: (user: Pick<User, 'id'>) => Promise<Device>;
  /** What the provider of the company's connection proves of a pushed person. */
  proof: (scope: Scope, user: User) => Promise<Proof>;
  /** A device by the company's own sign-in. */
  provedDevice: (scope: Scope, user: User) => Promise<Device>;
  /** A person as stored, deleted or not. */
  stored: (user: Pick<User, 'id'>) => Promise<User>;
  /** As pages show a person. */
  status: (user: Pick<User, 'id'>) => Promise<Registration>;
  may: (user: Pick<User, 'id'>) => Promise<boolean>;
  typeOf: (scope: Scope) => Promise<AccountType>;
  domainOf: (scope: Scope) => Promise<Domain>;
  count: (table: string) => Promise<number>;
  stop: () => Promise<void>;
}

export async function stage(keepDeletedDays = 30): Promise<Stage> {
  const house = await testHouse(testConfig({ keepDeletedDays }));
  const { ground, sessions } = house;
  const { db } = ground;
  const acme = await testCompany(house);

  const deviceOf = (token: string): Device => ({ isIn: async () => (await sessions.check(token, 'user')).in });
  const pending: Stage['pending'] = (scope, domain) =>
    claimDomain(ground, scope.organisationId, scope.accountId, { domain });
  const proof: Stage['proof'] = async ({ accountId }, user) => {
    const connection = await connectionOf(db.read, accountId);
    assert.ok(connection);
    const { issuer } = connection;
    const subject = `00u-${user.displayName}`;
    return { connection, issuer, subject, address: user.primaryAddress, target: '/', authTime: null, amr: null };
  };
  return {
    house,
    acme,
    own: async ({ organisationId, name = 'Own' } = {}) => {
      const id = organisationId ?? (await db.write((m) => createOrganisation(m, name))).id;
      const account = await createAccount(ground, id, { name });
      return { organisationId: id, accountId: account.id };
    },
    pending,
    verified: async (scope, domain) => {
      const claim = await pending(scope, domain);
      await db.write(async (m) => {
        await m.update(DomainTable, { id: claim.id }, { state: 'verified', verifiedAt: clock.now() });
        await m.update(AccountTable, { id: scope.accountId, type: 'Team' }, { type: 'EnterpriseLWA' });
      });
      return { ...claim, state: 'verified' };
    },
    register: (scope, address) => db.write((m) => registerPerson(ground, m, scope, { address })),
    wasSuspended: (user) => db.write((m) => suspend(ground, m, user, 'admin')),
    device: async ({ id }) => {
      const token = await db.write(async (m) => {
        const principal = await userPrincipal(m, id);
        assert.ok(principal?.mayBeIn, 'may come in');
        const begun = await sessions.begin(m, principal, 3_600_000);
        const now = clock.now();
        await m.update(UserTable, { id }, { liveUntil: begun.session.expiresAt, joinedAt: now });
        return begun.token;
      });
      const device = deviceOf(token);
      assert.equal(await device.isIn(), true);
      return device;
    },
    proof,
    provedDevice: async (scope, user) => {
      const { token } = await letIn(ground, sessions, await proof(scope, user), null);
      return deviceOf(token);
    },
    stored: async ({ id }) => {
      const user = await db.read.findOneBy(UserTable, { id });
      assert.ok(user);
      return user;
    },
    status: async ({ id }) => {
      const user = await db.read.findOneBy(UserTable, { id });
      assert.ok(user && user.deletedAt === null, 'is shown');
      return registrationOf(user, (await entitlement(db.read, id)).because);
    },
    may: async ({ id }) => (await entitlement(db.read, id)).maySignIn,
    typeOf: async ({ accountId }) => (await db.read.findOneBy(AccountTable, { id: accountId }))!.type,
    domainOf: async ({ accountId }) => (await db.read.findOneBy(DomainTable, { accountId }))!,
    count: async (table) => {
      const [found] = await db.read.query<[{ n: number | string }]>(`SELECT COUNT(*) AS "n" FROM "${table}"`);
      // Nobody's organisation and account are always there.
      return Number(found.n) - (['organisations', 'accounts'].includes(table) ? 1 : 0);
    },
    stop: async () => {
      await house.stop();
      clock.reset();
    },
  };
}
