import { anyAccount } from '../../accounts/accounts/accounts.ts';
import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { domainOf, normaliseAddress } from '../../accounts/domains/name.ts';
import { firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { userErrors } from '../errors.ts';
import { type User, UserTable } from '../user.entity.ts';
import type { Scope } from './out.ts';
import { markedName } from './suspension.ts';
import { createPerson } from './people.ts';

/**
 * Registers an own account: a person whom no directory keeps, in an account or in nobody's (`nobodys`). Who was released
 * may, with the same address; who was suspended may not (the guide, "Delete Your Account", note).
 * @throws account.notFound, user.addressInvalid, user.domainNotVerified, user.addressTaken, user.addressBarred
 */
export async function registerPerson(
  ground: Ground,
  m: Writer,
  scope: Scope,
  { address, displayName = null }: { address: string; displayName?: string | null },
): Promise<User> {
  const { defaultLicence } = await anyAccount(m, scope.organisationId, scope.accountId);
  if (await isBarred(ground, m, scope, address)) {
    throw userErrors('user.addressBarred', { field: 'address', values: { value: address } });
  }
  const input = { userName: address, externalId: null, displayName, profile: {}, emails: [], primary: address };
  const user = await createPerson(ground, m, scope, null, input);
  await m.update(UserTable, { id: user.id }, { licence: defaultLicence });
  return { ...user, licence: defaultLicence };
}

/**
 * Whether a suspension keeps this address from registering here: this account's own always, and that of whoever runs the
 * server, said of somebody in no account; another's once its domain was removed there, unless this account has proved that
 * the domain is its own and so decides itself.
 */
export async function isBarred(ground: Ground, on: Reader, { accountId }: Scope, address: string): Promise<boolean> {
  const key = normaliseAddress(address);
  if (key === null) return false;
  const found = await firstRow(
    on,
    sql`SELECT 1 FROM "suspension_keys" WHERE "kind" = 'address' AND "key" IN (${key}, ${markedName(ground, 'address', key)})
        AND ("accountId" IN (${accountId}, ${nobodys.accountId}) OR ("everywhereSince" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "domains" d
          WHERE d."accountId" = ${accountId} AND d."name" = ${domainOf(address)} AND d."state" = 'verified')))`,
  );
  return found !== null;
}
