import { IsNull } from 'typeorm';
import { clock } from '../../../platform/clock/clock.ts';
import { firstRow } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import { selectRow } from '../../../platform/database/select.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { hashToken, newId, newToken } from '../../../platform/ids/ids.ts';
import type { Ground } from '../../../trail/ground.ts';
import { directoryErrors } from '../../errors.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { readExpiry } from './expiry.ts';
import { type ScimKey, ScimKeyTable } from './key.entity.ts';

/** So that a leaked key is recognised for what it is. */
export const keyPrefix = 'carillon_scim_';
const keysPerConnection = 20;

/** A key was revoked, or is to end: whoever remembers it forgets it. Its subject is the key's id. */
export const scimKeyChangedTopic = 'scimKey.changed';

/**
 * The one rule of which keys are taken. It is asked of the row at each request, so that a revocation and an end hold for
 * the next one; whoever keeps rows in memory asks it again too, as time passes.
 */
export const isGood = ({ revokedAt, expiresAt }: Pick<ScimKey, 'revokedAt' | 'expiresAt'>, now: number): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

/**
 * Makes a key with which a directory pushes (the guide: "Create access key").
 * @returns the key itself, which is shown this once and kept nowhere, and its row
 * @param input its name, and the day or time at which it ends (`readExpiry`); without one it has no end
 * @throws scimKey.nameInvalid, scimKey.expiryInvalid, scimKey.connectionGone, scimKey.tooMany
 */
export async function createScimKey(
  ground: Ground,
  scope: DirectoryScope,
  input: NewKey,
): Promise<{ key: ScimKey; token: string }> {
  const { organisationId, accountId } = scope;
  const name = nameOf(input);
  const token = newToken(keyPrefix);
  const action = {
    eventName: 'CreateApiKey',
    organisationId,
    accountId,
    requestParameters: { accountId, name: name.slice(0, 200), ...asked(input) },
  };
  const key = await ground.trail.perform(action, async (m) => {
    const result = await storeKey(m, scope, input, token);
    return { result, responseElements: { keyId: result.id } };
  });
  return { key, token };
}

/** What is asked for of a new key. */
export interface NewKey {
  name: unknown;
  expires?: unknown;
}

const nameOf = ({ name }: NewKey): string => (typeof name === 'string' ? name.trim() : '');

/** The end that was asked for, as the trail shows it. */
export const asked = ({ expires }: NewKey): { expires?: string } =>
  typeof expires === 'string' && expires !== '' ? { expires: expires.slice(0, 40) } : {};

/** @throws what `createScimKey` throws */
export async function storeKey(m: Writer, scope: DirectoryScope, input: NewKey, token: string): Promise<ScimKey> {
  const { organisationId, accountId, connectionId } = scope;
  const name = nameOf(input);
  const now = clock.now();
  if (!name || name.length > 200 || /\p{Cc}/u.test(name))
    throw directoryErrors('scimKey.nameInvalid', { field: 'name' });
  const expiresAt = readExpiry(input.expires, now);
  // The connection may be gone since the page was shown; its row is the account's, whose unit this is.
  const connection = await firstRow(
    m,
    sql`SELECT 1 AS "one" FROM "connections" WHERE "id" = ${connectionId} AND "accountId" = ${accountId} AND "kind" = 'openid'`,
  );
  if (!connection) throw directoryErrors('scimKey.connectionGone');
  const present = await m.findBy(ScimKeyTable, { connectionId, revokedAt: IsNull() });
  if (present.filter((key) => isGood(key, now)).length >= keysPerConnection)
    throw directoryErrors('scimKey.tooMany', { values: { limit: keysPerConnection } });
  const key: ScimKey = {
    id: newId(),
    organisationId,
    accountId,
    connectionId,
    name,
    tokenHash: hashToken(token),
    createdAt: now,
    lastUsedAt: null,
    expiresAt,
    revokedAt: null,
  };
  await m.insert(ScimKeyTable, key);
  return key;
}

/** Revokes a key: refused from this commit on. @throws scimKey.notFound */
export async function revokeScimKey(
  ground: Ground,
  scope: { organisationId: string; accountId: string },
  keyId: string,
): Promise<void> {
  const { organisationId, accountId } = scope;
  const action = { eventName: 'DeleteApiKey', organisationId, accountId, requestParameters: { accountId, keyId } };
  await ground.trail.perform(action, async (m) => {
    const key = await m.findOneBy(ScimKeyTable, { id: keyId, organisationId, accountId });
    if (!key || key.revokedAt !== null) throw directoryErrors('scimKey.notFound');
    await m.update(ScimKeyTable, { id: key.id }, { revokedAt: clock.now() });
    ground.outbox.announce(scimKeyChangedTopic, key.id);
    return { result: undefined };
  });
}

/** The keys of an account that were not revoked, newest first; some may have ended (`isGood`). */
export const listScimKeys = (on: Reader, accountId: string): Promise<ScimKey[]> =>
  on
    .createQueryBuilder(ScimKeyTable, 'k')
    .where('k.accountId = :accountId AND k.revokedAt IS NULL', { accountId })
    .orderBy('k.createdAt', 'DESC')
    .getMany();

/** The key that this token is, if it is good: looked up by its hash, so nothing is compared that a clock could tell. */
export async function findScimKey(on: Reader, token: string): Promise<ScimKey | null> {
  const key = await selectRow(on, ScimKeyTable, sql`a."tokenHash" = ${hashToken(token)}`);
  return key && isGood(key, clock.now()) ? key : null;
}

/** Whether a key that was good when a request began still is. */
export async function isGoodKey(on: Reader, keyId: string): Promise<boolean> {
  const key = await firstRow<Pick<ScimKey, 'revokedAt' | 'expiresAt'>>(
    on,
    sql`SELECT "revokedAt", "expiresAt" FROM "scim_keys" WHERE "id" = ${keyId}`,
  );
  return key !== null && isGood(key, clock.now());
}

/** A key's last use is written at most this often. */
const notedEveryMs = 60_000;

/** Notes that a key was used: a moment later, so that no request waits for it. */
export function noteKeyUsed(ground: Ground, key: ScimKey, now: number): void {
  if (key.lastUsedAt !== null && now - key.lastUsedAt < notedEveryMs) return;
  key.lastUsedAt = now; // the row is remembered
  ground.db
    .write((m) => m.update(ScimKeyTable, { id: key.id }, { lastUsedAt: now }))
    .catch((error: unknown) => ground.log.warn({ error }, 'could not note the use of a key'));
}
