import { In } from 'typeorm';
import { requireAccount } from '../../../accounts/accounts/accounts.ts';
import type { AccountType } from '../../../accounts/accounts/types.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import { keepWithoutDirectory } from '../../../users/lifecycle/disconnect.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import { authErrors } from '../../errors.ts';
import { forgetLoginsKeptBy } from '../../own/adopted.ts';
import { ConnectionTable } from './connection.entity.ts';
import { FederatedIdentityTable } from './identity.entity.ts';
import { connectionOf } from './settings.ts';

/**
 * Deletes an account's OpenID configuration (DeleteAccountOpenIdConfig). Keys, groups, attempts under way and identities
 * go with it; people stay, and who is in stays in, with the tier that they have (`keepWithoutDirectory`).
 * @param by the id of the administrator
 * @returns the kind of account that is left
 * @throws account.notFound, connection.notFound
 */
export async function deleteConnection(ground: Ground, scope: Scope, by: string): Promise<AccountType> {
  const { organisationId, accountId } = scope;
  const action = { eventName: 'DeleteAccountOpenIdConfig', organisationId, accountId };
  return ground.trail.perform(action, async (m) => {
    await requireAccount(m, organisationId, accountId);
    const connection = await connectionOf(m, accountId);
    if (!connection) throw authErrors('connection.notFound');
    // Tiers are read from the groups, which go with the connection.
    const accountType = await keepWithoutDirectory(ground, m, scope, by);
    if ((await dropConnections(m, [accountId])) === 0) throw authErrors('connection.notFound');
    const { id, issuer } = connection;
    return { result: accountType, responseElements: { connectionId: id, issuer, accountType } };
  });
}

/**
 * Takes the connections of these accounts away: from this commit on their keys, and sign-ins under way, find nothing.
 * The keys, groups and attempts are rows that go with theirs.
 * @returns how many there were
 */
export async function dropConnections(m: Writer, accountIds: readonly string[]): Promise<number> {
  const connections = await m.find(ConnectionTable, {
    where: { accountId: In([...accountIds]) },
    select: { id: true, kind: true },
  });
  let dropped = 0;
  for (const { id, kind } of connections) {
    await m.delete(FederatedIdentityTable, { connectionId: id });
    await forgetLoginsKeptBy(m, { id, kind });
    dropped += (await changed(m, sql`DELETE FROM "connections" WHERE "id" = ${id} RETURNING "id"`)).length;
  }
  return dropped;
}
