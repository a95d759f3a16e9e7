import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { DomainTable } from '../../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../../src/accounts/domains/domains.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import type { House } from '../../../src/app.ts';
import { ConnectionTable } from '../../../src/auth/connectors/openid/connection.entity.ts';
import { type Directory, bindPasswordSecret, DirectoryTable } from '../../../src/directory/ldap/directory.entity.ts';
import { defaultsOf, type DirectoryKind } from '../../../src/directory/ldap/kinds.ts';
import type { DirectoryScope } from '../../../src/directory/groups/scope.ts';
import type { Scope } from '../../../src/users/lifecycle/out.ts';
import { newId } from '../../../src/platform/ids/ids.ts';
import { placeIn } from '../../../src/platform/secrets/sealed.ts';

/** A server of test/support, as far as a directory is made from it. */
export interface Served {
  url: string;
  ca: string;
  baseDn: string;
  bindName: string;
  bindPassword: string;
}

/** An account with these domains verified, and this directory connected. */
export async function connectedCompany(
  { ground }: House,
  kind: DirectoryKind,
  server: Served,
  domains: readonly string[],
): Promise<{ scope: DirectoryScope; directory: Directory }> {
  const organisation = await ground.db.write((m) => createOrganisation(m, 'Acme'));
  const account = await createAccount(ground, organisation.id, { name: 'Acme' });
  for (const domain of domains) await claimDomain(ground, organisation.id, account.id, { domain });
  const now = Date.now();
  await ground.db.write((m) =>
    m.update(DomainTable, { accountId: account.id }, { state: 'verified', verifiedAt: now }),
  );
  return connectedIn({ ground }, kind, server, { organisationId: organisation.id, accountId: account.id });
}

/** This directory, connected to an account that is there. */
export async function connectedIn(
  { ground }: Pick<House, 'ground'>,
  kind: DirectoryKind,
  server: Served,
  { organisationId, accountId }: Scope,
): Promise<{ scope: DirectoryScope; directory: Directory }> {
  const id = `d-${newId().slice(-10)}`;
  const now = Date.now();
  const directory: Directory = {
    id,
    organisationId,
    accountId,
    name: 'Corporate',
    kind,
    servers: [server.url],
    ca: server.ca === '' ? null : server.ca,
    bindName: server.bindName,
    bindPassword: ground.seal.seal(server.bindPassword, placeIn(bindPasswordSecret, id)),
    baseDn: server.baseDn,
    ...defaultsOf[kind],
    domainId: null,
    createdAt: now,
    updatedAt: now,
    checkedAt: now,
    connectedAt: now,
    secondFactorSince: null,
  };
  await ground.db.write(async (m) => {
    await m.update(AccountTable, { id: accountId }, { type: 'EnterpriseDirectory' });
    await m.insert(DirectoryTable, directory);
    await m.insert(ConnectionTable, {
      id,
      organisationId,
      accountId,
      kind: 'ldap',
      issuer: '',
      clientId: '',
      clientSecret: '',
      redirect: 'own',
      announcesIssuer: false,
      createdAt: now,
      updatedAt: now,
      checkedAt: now,
    });
  });
  return { scope: { organisationId, accountId, connectionId: id }, directory };
}
