import { IsNull } from 'typeorm';
import { clock } from '../../../platform/clock/clock.ts';
import { firstRow } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { hashToken, newId, newToken } from '../../../platform/ids/ids.ts';
import type { Ground } from '../../../trail/ground.ts';
import { directoryErrors } from '../../errors.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { type ScimKey, ScimKeyTable } from './key.entity.ts';

/** So that a leaked key is recognised for what it is. */
const keyPrefix = 'carillon_scim_';
const keysPerConnection = 20;

/** A key was revoked, or is to end: whoever remembers it forgets it. Its subject is the key's id. */
export const scimKeyChangedTopic = 'scimKey.changed';

/** The one rule of which keys are taken; whoever keeps rows in memory asks it again at each request. */
export const isGood = ({ revokedAt }: Pick<ScimKey, 'revokedAt'>, _now: number): boolean => revokedAt === null;

/**
 * Makes a key with which a directory pushes (the guide: "Create access key").
 * @returns the key itself, which is shown this once and kept nowhere, and its row
 * @throws scimKey.nameInvalid, scimKey.connectionGone, scimKey.tooMany
 */
export async function createScimKey(
  ground: Ground,
  scope: DirectoryScope,
  input: { name: unknown },
): Promise<{ key: ScimKey; token: string }> {
  const { organisationId, accountId, connectionId } = scope;
  const name = typeof input.name === 'string' ? input.name.trim() : '';
  const token = newToken(keyPrefix);
  const action = {
    eventName: 'CreateApiKey',
    organisationId,
    accountId,
    requestParameters: { accountId, name: name.slice(0, 200) },
  };
  const key = await ground.trail.perform(action, async (m) => {
    if (!name || name.length > 200 || /\p{Cc}/u.test(name)) {
      throw directoryErrors('scimKey.nameInvalid', { field: 'name' });
    }
    // The connection may be gone since the page was shown; its row is the account's, whose unit this is.
    const connection = await firstRow(
      m,
      sql`SELECT 1 AS "one" FROM "connections" WHERE "id" = ${connectionId} AND "accountId" = ${accountId}`,
    );
    if (!connection) throw directoryErrors('scimKey.connectionGone');
    if ((await m.countBy(ScimKeyTable, { connectionId, revokedAt: IsNull() })) >= keysPerConnection) {
      throw directoryErrors('scimKey.tooMany', { values: { limit: keysPerConnection } });
    }
    const result: ScimKey = {
      id: newId(),
      organisationId,
      accountId,
      connectionId,
      name,
      tokenHash: hashToken(token),
      createdAt: clock.now(),
      lastUsedAt: null,
      revokedAt: null,
    };
    await m.insert(ScimKeyTable, result);
    return { result, responseElements: { keyId: result.id } };
  });
  return { key, token };
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

/** The keys of an account that are good, newest first. */
export const listScimKeys = (on: Reader, accountId: string): Promise<ScimKey[]> =>
  on
    .createQueryBuilder(ScimKeyTable, 'k')
    .where('k.accountId = :accountId AND k.revokedAt IS NULL', { accountId })
    .orderBy('k.createdAt', 'DESC')
    .getMany();

/** The key that this token is, if it is good: looked up by its hash, so nothing is compared that a clock could tell. */
export const findScimKey = (on: Reader, token: string): Promise<ScimKey | null> =>
  firstRow<ScimKey>(on, sql`SELECT * FROM "scim_keys" WHERE "tokenHash" = ${hashToken(token)} AND "revokedAt" IS NULL`);

/** Whether a key that was good when a request began still is. */
export const isGoodKey = async (on: Reader, keyId: string): Promise<boolean> =>
  (await firstRow(on, sql`SELECT 1 FROM "scim_keys" WHERE "id" = ${keyId} AND "revokedAt" IS NULL`)) !== null;

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
