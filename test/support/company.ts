import type { House } from '../../src/app.ts';
import { AccountTable } from '../../src/accounts/accounts/account.entity.ts';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../src/accounts/domains/domains.ts';
import { createOrganisation } from '../../src/accounts/organisations/organisations.ts';
import { ConnectionTable } from '../../src/auth/connectors/openid/connection.entity.ts';
import { secretPlace } from '../../src/auth/connectors/openid/provider.ts';
import type { Tier } from '../../src/accounts/accounts/types.ts';
import { addMembers } from '../../src/directory/groups/members.ts';
import { createGroup } from '../../src/directory/groups/groups.ts';
import { mapGroup } from '../../src/directory/groups/mappings.ts';
import type { DirectoryScope } from '../../src/directory/groups/scope.ts';
import { newId } from '../../src/platform/ids/ids.ts';
import type { Ground } from '../../src/trail/ground.ts';
import type { Group } from '../../src/users/entitlement/group.entity.ts';
import { createPerson } from '../../src/users/lifecycle/people.ts';
import { loseDomain } from '../../src/users/lifecycle/domains.ts';
import type { Scope } from '../../src/users/lifecycle/out.ts';
import type { User } from '../../src/users/user.entity.ts';
import type { RogueProvider } from './rogue-provider.ts';

/** What a directory pushes through one connection: people at the domain, and groups of them. */
export interface Pushed {
  person: (name: string, externalId?: string) => Promise<User>;
  group: (displayName: string, members?: readonly { id: string }[]) => Promise<Group>;
  /** A person in a group of their own, which gives that tier. */
  member: (name: string, tier: Tier, externalId?: string) => Promise<User>;
}

export interface Company extends Pushed {
  scope: DirectoryScope;
  domain: string;
}

/** Pushes into any account, as a directory does through that connection. */
export function pushTo(ground: Ground, scope: DirectoryScope, domain: string): Pushed {
  const person: Pushed['person'] = (name, externalId = `00u-${name}`) => {
    const address = `${name}@${domain}`;
    const input = { userName: address, externalId, displayName: name, profile: {}, primary: address };
    const emails = [{ value: address, type: 'work', primary: true }];
    return ground.db.write((m) => createPerson(ground, m, scope, scope.connectionId, { ...input, emails }));
  };
  const group: Pushed['group'] = (displayName, members = []) =>
    ground.db.write(async (m) => {
      const made = await createGroup(ground, m, scope, { displayName, externalId: null });
      const ids = members.map(({ id }) => id);
      await addMembers(ground, m, scope, made.id, ids);
      return made;
    });
  return {
    person,
    group,
    member: async (name, tier, externalId) => {
      const user = await person(name, externalId);
      const { displayName } = await group(`Carillon ${tier} of ${name}`, [user]);
      await mapGroup(ground, scope, { groupName: displayName, tier });
      return user;
    },
  };
}

/**
 * An organisation with an enterprise account, a verified domain and a connection: what a directory pushes into.
 * @param provider whom the connection is to; without one, to an issuer that is nowhere
 */
export async function testCompany(
  { ground }: House,
  domain = 'acme.example',
  provider?: Pick<RogueProvider, 'issuer' | 'clientId' | 'clientSecret'>,
): Promise<Company> {
  const organisation = await ground.db.write((m) => createOrganisation(m, 'Acme'));
  const account = await createAccount(ground, organisation.id, { name: 'Acme' });
  const claim = await claimDomain(ground, organisation.id, account.id, { domain });
  const connectionId = newId().slice(-12);
  const scope = { organisationId: organisation.id, accountId: account.id, connectionId };
  const { issuer, clientId, clientSecret } = provider ?? {
    issuer: `https://${domain}`,
    clientId: 'client',
    clientSecret: 'secret',
  };
  const now = Date.now();
  await ground.db.write(async (m) => {
    await m.update(DomainTable, { id: claim.id }, { state: 'verified', verifiedAt: now });
    await m.update(AccountTable, { id: account.id }, { type: 'EnterpriseOIDC' });
    await m.insert(ConnectionTable, {
      id: connectionId,
      organisationId: organisation.id,
      accountId: account.id,
      kind: 'openid',
      issuer,
      clientId,
      clientSecret: ground.seal.seal(clientSecret, secretPlace(connectionId)),
      redirect: 'own',
      announcesIssuer: provider !== undefined,
      createdAt: now,
      updatedAt: now,
      checkedAt: now,
    });
  });
  return { scope, domain, ...pushTo(ground, scope, domain) };
}

/** The account's domain passes to another, as `verifyDomain` has it pass. */
export const lostDomain = (ground: Ground, scope: Scope): Promise<void> =>
  ground.db.write(async (m) => {
    const { accountId } = scope;
    const held = await m.findOneBy(DomainTable, { accountId });
    await m.update(DomainTable, { accountId }, { state: 'pending', verifiedAt: null, lostAt: Date.now() });
    await loseDomain(ground)(m, held!);
  });
