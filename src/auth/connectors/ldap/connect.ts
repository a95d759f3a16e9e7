import { becomeType, requireAccount } from '../../../accounts/accounts/accounts.ts';
import { markAccountChanged } from '../../../accounts/accounts/changed.ts';
import { isEnterprise } from '../../../accounts/domains/verify.ts';
import { accountErrors } from '../../../accounts/errors.ts';
import { announceDirectory } from '../../../directory/ldap/changed.ts';
import type { LdapClients } from '../../../directory/ldap/clients.ts';
import { requireDirectory } from '../../../directory/ldap/directories.ts';
import { type Directory, DirectoryTable } from '../../../directory/ldap/directory.entity.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Ground } from '../../../trail/ground.ts';
import { putOutWithoutRight, type Scope } from '../../../users/lifecycle/out.ts';
import { authErrors } from '../../errors.ts';
import { ConnectionTable } from '../openid/connection.entity.ts';
import { secretPlace } from '../openid/provider.ts';

/**
 * Connects a directory that the account may use (ConnectDirectory): from this commit on its groups say who may sign in,
 * and with what tier, so that nobody may until one has a tier. Refused while the account has another source of tiers.
 * @throws account.notFound, account.notEnterprise, directory.notFound, connection.otherSource; what the directory
 *   answers when it cannot be read at the moment
 */
export async function connectDirectory(
  ground: Ground,
  ldap: LdapClients,
  scope: Scope,
  directoryId: string,
): Promise<Directory> {
  const { organisationId, accountId } = scope;
  const action = {
    eventName: 'ConnectDirectory',
    organisationId,
    accountId,
    requestParameters: { accountId, directoryId },
  };
  try {
    await ldap.of(await requireDirectory(ground.db.read, scope, directoryId)).rootDse();
  } catch (error) {
    if (error instanceof CarillonError) ground.trail.refused(action, error);
    throw error;
  }
  return ground.trail.perform(action, async (m) => {
    await requireAccount(m, organisationId, accountId);
    if (!(await isEnterprise(m, accountId))) throw accountErrors('account.notEnterprise');
    const directory = await requireDirectory(m, scope, directoryId);
    if (await m.existsBy(ConnectionTable, { accountId })) throw authErrors('connection.otherSource');
    const now = clock.now();
    // What belongs to a directory refers to this row; the columns of an OpenID provider stay empty.
    await m.insert(ConnectionTable, {
      id: directory.id,
      organisationId,
      accountId,
      kind: 'ldap',
      issuer: '',
      clientId: '',
      clientSecret: ground.seal.seal('', secretPlace(directory.id)),
      redirect: 'own',
      announcesIssuer: false,
      createdAt: now,
      updatedAt: now,
      checkedAt: now,
    });
    await m.update(DirectoryTable, { id: directory.id }, { connectedAt: now });
    await becomeType(m, accountId, 'EnterpriseDirectory');
    await markAccountChanged(ground, m, accountId);
    const putOut = await putOutWithoutRight(ground, m, scope, 'group');
    announceDirectory(ground, directory.id);
    const result = { ...directory, connectedAt: now };
    return { result, responseElements: { directoryId, name: directory.name, putOut } };
  });
}
