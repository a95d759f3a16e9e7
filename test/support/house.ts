import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHouse, type House, startConsumer } from '../../src/app.ts';
import { AccountTable } from '../../src/accounts/accounts/account.entity.ts';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../src/accounts/domains/domains.ts';
import { createOrganisation } from '../../src/accounts/organisations/organisations.ts';
import { ConnectionTable } from '../../src/auth/connectors/openid/connection.entity.ts';
import { secretPlace } from '../../src/auth/connectors/openid/provider.ts';
import { addMembers } from '../../src/directory/groups/members.ts';
import { createGroup } from '../../src/directory/groups/groups.ts';
import type { DirectoryScope } from '../../src/directory/groups/scope.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { newId } from '../../src/platform/ids/ids.ts';
import type { Group } from '../../src/users/entitlement/group.entity.ts';
import { createPerson } from '../../src/users/lifecycle/people.ts';
import type { User } from '../../src/users/user.entity.ts';

/** An own, empty folder of this test run. */
export const testFolder = (): string => mkdtempSync(join(process.env['CARILLON_TEST_FOLDER'] ?? tmpdir(), 'case-'));

/** The configuration of a fresh installation in a folder of its own. */
export function testConfig(overrides: Partial<Config> = {}, folder = testFolder()): Config {
  const base = loadConfig({ env: { LOG_LEVEL: 'error', PORT: '0', PUBLIC_URL: 'http://localhost:3000' }, folder });
  return { ...base, ...overrides };
}

/** A house without a server, with its consumer running. */
export async function testHouse(config = testConfig()): Promise<House & { stop: () => Promise<void> }> {
  const house = await buildHouse(config);
  const consumer = startConsumer(house);
  return {
    ...house,
    stop: async () => {
      await consumer.stop();
      await house.close();
    },
  };
}

export interface Company {
  scope: DirectoryScope;
  domain: string;
  person: (name: string, externalId?: string) => Promise<User>;
  group: (displayName: string, members?: readonly { id: string }[]) => Promise<Group>;
}

/** An organisation with an enterprise account, a verified domain and a connection: what a directory pushes into. */
export async function testCompany({ ground }: House, domain = 'acme.example'): Promise<Company> {
  const organisation = await ground.db.write((m) => createOrganisation(m, 'Acme'));
  const account = await createAccount(ground, organisation.id, { name: 'Acme' });
  const claim = await claimDomain(ground, organisation.id, account.id, { domain });
  const connectionId = newId().slice(-12);
  const scope = { organisationId: organisation.id, accountId: account.id, connectionId };
  await ground.db.write(async (m) => {
    await m.update(DomainTable, { id: claim.id }, { state: 'verified', verifiedAt: Date.now() });
    await m.update(AccountTable, { id: account.id }, { type: 'EnterpriseOIDC' });
    await m.insert(ConnectionTable, {
      id: connectionId,
      organisationId: organisation.id,
      accountId: account.id,
      issuer: `https://${domain}`,
      clientId: 'client',
      clientSecret: ground.seal.seal('secret', secretPlace(connectionId)),
      redirect: 'own',
      announcesIssuer: false,
      createdAt: Date.now(),
      updatedAt: Date.now(),
      checkedAt: Date.now(),
    });
  });
  return {
    scope,
    domain,
    person: (name, externalId) =>
      ground.db.write((m) =>
        createPerson(m, scope, connectionId, {
          userName: `${name}@${domain}`,
          externalId: externalId ?? `00u-${name}`,
          displayName: name,
          profile: {},
          emails: [{ value: `${name}@${domain}`, type: 'work', primary: true }],
          primary: `${name}@${domain}`,
        }),
      ),
    group: (displayName, members = []) =>
      ground.db.write(async (m) => {
        const group = await createGroup(ground, m, scope, { displayName, externalId: null });
        await addMembers(
          ground,
          m,
          scope,
          group.id,
          members.map(({ id }) => id),
        );
        return group;
      }),
  };
}
