import { administratorNamed, linkForAdministrator } from '../../src/access/administrators/manage.ts';
import { setUpAdministrator } from '../../src/access/administrators/set-up.ts';
import { createAccount, listAccounts, setHelpContact } from '../../src/accounts/accounts/accounts.ts';
import { claimDomain, listDomains } from '../../src/accounts/domains/domains.ts';
import { verifyDomain } from '../../src/accounts/domains/verify.ts';
import { listOrganisations } from '../../src/accounts/organisations/organisations.ts';
import { connectionOf, saveConnection } from '../../src/auth/connectors/openid/settings.ts';
import { listGroups, mapGroup } from '../../src/directory/groups/mappings.ts';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import type { Carillon } from '../../src/main.ts';
import { loseDomain } from '../../src/users/lifecycle/domains.ts';
import type { Directory } from './directory/server.ts';
import type { DnsServer } from './dns/dns.ts';
import { companyDomain, companyName } from './people.ts';

/** How the demo's administrator signs in to the console. */
export const consoleUser = 'administrator';
export const consolePassword = 'seven bells at noon';

/** Whom Nora is told to ask. */
const helpContact = `${companyName}’s help desk, help@${companyDomain}`;

interface Parts {
  carillon: Carillon;
  dns: DnsServer;
  directory: Directory;
  publicUrl: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/**
 * What the two administrators do on their first day, each step only when it has not been done: so a start after a
 * crash in the middle goes on where it ended.
 * @returns the organisation's id
 */
export async function setUp(parts: Parts): Promise<string> {
  const { ground } = parts.carillon.house;
  const organisationId = await administrator(parts);
  const account =
    (await listAccounts(ground.db.read, organisationId))[0] ??
    (await createAccount(ground, organisationId, { name: companyName }));
  const scope = { organisationId, accountId: account.id };
  if (!account.helpContact) await setHelpContact(ground, organisationId, account.id, helpContact);
  await domain(parts, scope);
  const connection =
    (await connectionOf(ground.db.read, account.id)) ??
    (await saveConnection(ground, parts.carillon.house.outbound, scope, {
      issuer: parts.issuer,
      clientId: parts.clientId,
      clientSecret: parts.clientSecret,
      redirect: 'shared',
    }));
  await push(parts, { ...scope, connectionId: connection.id });
  await tiers(parts, scope);
  return organisationId;
}

type Scope = { organisationId: string; accountId: string };

async function administrator({ carillon }: Parts): Promise<string> {
  const { ground, sessions } = carillon.house;
  const [organisation] = await listOrganisations(ground.db.read);
  if (!organisation) throw new Error('Carillon made no organisation');
  if (organisation.name) return organisation.id;
  const link = new URL(carillon.setUpLink ?? (await anotherLink(carillon, organisation.id)));
  const input = {
    organisationName: companyName,
    userName: consoleUser,
    password: consolePassword,
    again: consolePassword,
  };
  const from = { browser: '', device: undefined, previous: null, target: '' };
  await setUpAdministrator(ground, sessions, link.searchParams.get('token') ?? '', input, from);
  return organisation.id;
}

async function anotherLink({ house: { ground } }: Carillon, organisationId: string): Promise<string> {
  const { id } = await administratorNamed(ground.db.read, organisationId, null);
  return (await linkForAdministrator(ground, { organisationId, actorId: null }, id)).link;
}

/** The record stands in the company's DNS, also after a start: the claim knows it. */
async function domain({ carillon, dns }: Parts, scope: Scope): Promise<void> {
  const { ground, dns: resolver } = carillon.house;
  const [claim = await claimDomain(ground, scope.organisationId, scope.accountId, { domain: companyDomain })] =
    await listDomains(ground.db.read, scope.accountId);
  dns.set(claim.recordName, [claim.recordValue]);
  if (claim.state === 'verified') return;
  const { answer } = await verifyDomain(ground, resolver, loseDomain(ground), { ...scope, domainId: claim.id });
  if (answer.outcome !== 'found') throw new Error(`the domain was not verified: ${answer.outcome}`);
}

async function push({ carillon, directory, publicUrl }: Parts, scope: Scope & { connectionId: string }): Promise<void> {
  const { company } = directory;
  if (!company.state().scim.token) {
    const { token } = await createScimKey(carillon.house.ground, scope, { name: `${companyName}’s directory` });
    company.configure(`${publicUrl}/scim/v2`, token);
  }
  if (company.state().groups.some(({ scimId }) => !scimId)) await company.pushNow();
}

async function tiers({ carillon }: Parts, scope: Scope): Promise<void> {
  const { ground } = carillon.house;
  if ((await listGroups(ground.db.read, scope.accountId)).some(({ mappingId }) => mappingId)) return;
  await mapGroup(ground, scope, { groupName: 'Carillon Pro', tier: 'Pro' });
  await mapGroup(ground, scope, { groupName: 'Carillon Basic', tier: 'Basic' });
}
