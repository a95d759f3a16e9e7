import assert from 'node:assert/strict';
import type { House } from '../../../src/app.ts';
import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { claimDomain } from '../../../src/accounts/domains/domains.ts';
import { verifyDomain } from '../../../src/accounts/domains/verify.ts';
import { DomainTable } from '../../../src/accounts/domains/domain.entity.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { userPrincipal } from '../../../src/auth/people/principal.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import type { Config } from '../../../src/platform/config/settings.ts';
import { MailTable } from '../../../src/platform/mail/mail.entity.ts';
import { mailBody } from '../../../src/platform/mail/mail.entity.ts';
import type { Letter } from '../../../src/platform/mail/letter.ts';
import { placeIn } from '../../../src/platform/secrets/sealed.ts';
import { loseDomain } from '../../../src/users/lifecycle/domains.ts';
import type { Scope } from '../../../src/users/lifecycle/out.ts';
import { registerPerson } from '../../../src/users/lifecycle/register.ts';
import { beginTrial } from '../../../src/users/trial/begin.ts';
import { type User, UserTable } from '../../../src/users/user.entity.ts';
import { testConfig, testHouse } from '../../support/house.ts';

/** A house whose people have accounts of their own. */
export interface Own {
  house: House & { stop: () => Promise<void> };
  /** A team account, of an organisation of its own unless another is named. */
  team: (name: string, organisationId?: string) => Promise<Scope>;
  /** Somebody on their own. */
  alone: (address: string) => Promise<User>;
  register: (scope: Scope, address: string) => Promise<User>;
  /** Signs in as a sign-in of an own account does. @returns the session's token */
  signIn: (user: Pick<User, 'id'>) => Promise<string>;
  isIn: (token: string) => Promise<boolean>;
  stored: (user: Pick<User, 'id'>) => Promise<User>;
  /** Verifies a domain as its owner does, with all that follows. */
  verify: (scope: Scope, domain: string) => Promise<void>;
  typeOf: (scope: Scope) => Promise<string>;
  /** The letters that wait to be sent, the oldest first. */
  letters: () => Promise<{ to: string; kind: string; letter: Letter }[]>;
  stop: () => Promise<void>;
}

export async function ownHouse(overrides: Partial<Config> = {}): Promise<Own> {
  const house = await testHouse(testConfig({ smtpUrl: 'smtp://localhost:2525', ...overrides }));
  const { ground, sessions } = house;
  const { db, seal } = ground;
  const register = (scope: Scope, address: string): Promise<User> =>
    db.write((m) => registerPerson(ground, m, scope, { address }));
  return {
    house,
    team: async (name, organisationId) => {
      const id = organisationId ?? (await db.write((m) => createOrganisation(m, name))).id;
      return { organisationId: id, accountId: (await createAccount(ground, id, { name })).id };
    },
    alone: (address) => register(nobodys, address),
    register,
    signIn: async ({ id }) =>
      db.write(async (m) => {
        await beginTrial(ground, m, id);
        const principal = await userPrincipal(m, id);
        assert.ok(principal?.mayBeIn, 'may come in');
        const { session, token } = await sessions.begin(m, principal, 400 * 86_400_000);
        await m.update(UserTable, { id }, { liveUntil: session.expiresAt, joinedAt: clock.now() });
        return token;
      }),
    isIn: async (token) => (await sessions.check(token, 'user')).in,
    stored: async ({ id }) => {
      const user = await db.read.findOneBy(UserTable, { id });
      assert.ok(user);
      return user;
    },
    verify: async ({ organisationId, accountId }, domain) => {
      const known = await db.read.findOneBy(DomainTable, { accountId, name: domain });
      const claim = known ?? (await claimDomain(ground, organisationId, accountId, { domain }));
      const dns = { lookUp: async () => ({ outcome: 'found' as const, values: [claim.recordValue] }) };
      await verifyDomain(ground, dns as never, loseDomain(ground), { organisationId, accountId, domainId: claim.id });
    },
    typeOf: async ({ accountId }) => (await db.read.findOneBy(AccountTable, { id: accountId }))!.type,
    letters: async () => {
      const mails = await db.read.find(MailTable, { order: { id: 'ASC' } });
      return mails.map(({ id, kind, body }) => ({
        kind,
        ...(JSON.parse(seal.unseal(body, placeIn(mailBody, id))) as { to: string; letter: Letter }),
      }));
    },
    stop: async () => {
      await house.stop();
      clock.reset();
    },
  };
}
