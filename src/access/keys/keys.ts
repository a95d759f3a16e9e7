import { clock } from '../../platform/clock/clock.ts';
import { firstRow, isTrue } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { placeIn } from '../../platform/secrets/sealed.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Action } from '../../trail/trail.ts';
import { type Administrator, AdministratorTable } from '../administrators/administrator.entity.ts';
import { administratorPrincipal } from '../administrators/principal.ts';
import { accessErrors } from '../errors.ts';
import { type AccessKey, accessKeySecret, AccessKeyTable } from './key.entity.ts';
import { newAccessKeyId, newSecretAccessKey } from './secret.ts';

/** As many as IAM gives a user: one in use, and its successor while it is put in place. */
export const keysPerAdministrator = 2;

/** Whose keys: every verb takes both, so that another organisation's are not found. */
export interface KeyOwner {
  organisationId: string;
  administratorId: string;
}

export type AccessKeyState = 'Active' | 'Inactive';

/** A key as lists show it, without its secret. */
export type AccessKeyLine = Omit<AccessKey, 'secret' | 'active'> & { state: AccessKeyState };

/**
 * Makes an access key (as IAM's CreateAccessKey).
 * @returns the key, and its secret, which is shown this once
 * @throws administrator.notSetUp, accessKey.tooMany
 */
export function createAccessKey(ground: Ground, owner: KeyOwner): Promise<{ key: AccessKeyLine; secret: string }> {
  const id = newAccessKeyId();
  const secret = newSecretAccessKey();
  return act(ground, owner, 'CreateAccessKey', {}, async (m, administrator) => {
    // Somebody who was reset a moment ago must not come back with a key that was made after that.
    if (administrator.passwordHash === null) throw accessErrors('administrator.notSetUp');
    if ((await m.countBy(AccessKeyTable, { ...owner })) >= keysPerAdministrator) {
      throw accessErrors('accessKey.tooMany', { values: { limit: keysPerAdministrator } });
    }
    const row: AccessKey = {
      id,
      ...owner,
      secret: ground.seal.seal(secret, placeIn(accessKeySecret, id)),
      active: true,
      createdAt: clock.now(),
      lastUsedAt: null,
      lastUsedService: null,
      lastUsedRegion: null,
    };
    await m.insert(AccessKeyTable, row);
    return { result: { key: lineOf(row), secret }, responseElements: { accessKey: { accessKeyId: id } } };
  });
}

/** Turns a key off or on again: the next request is answered by it. @throws accessKey.notFound */
export async function setAccessKeyActive(
  ground: Ground,
  owner: KeyOwner,
  accessKeyId: string,
  active: boolean,
): Promise<void> {
  const parameters = { accessKeyId, status: active ? 'Active' : 'Inactive' };
  await act(ground, owner, 'UpdateAccessKey', parameters, async (m) => {
    await requireKey(m, owner, accessKeyId);
    await m.update(AccessKeyTable, { id: accessKeyId, ...owner }, { active });
    return { result: undefined };
  });
}

/** Deletes a key for good. @throws accessKey.notFound */
export async function deleteAccessKey(ground: Ground, owner: KeyOwner, accessKeyId: string): Promise<void> {
  await act(ground, owner, 'DeleteAccessKey', { accessKeyId }, async (m) => {
    await requireKey(m, owner, accessKeyId);
    await m.delete(AccessKeyTable, { id: accessKeyId, ...owner });
    return { result: undefined };
  });
}

/** The keys of an administrator, oldest first. */
export async function listAccessKeys(on: Reader, owner: KeyOwner): Promise<AccessKeyLine[]> {
  const keys = await on.find(AccessKeyTable, { where: { ...owner }, order: { createdAt: 'ASC', id: 'ASC' } });
  return keys.map(lineOf);
}

/** Whom a request that is signed with this key comes from, and what its signature is held against. */
export interface GoodKey {
  id: string;
  organisationId: string;
  administratorId: string;
  userName: string;
  /** Sealed. */
  secret: string;
  lastUsedAt: number | null;
}

/**
 * The key, if a request may be made with it now: it is active, and its administrator is one who could sign in. Signing
 * out devices, a new password or a restored backup end no program's key. Always asked of what is committed, so that a
 * no counts for the very next request.
 */
export async function findGoodKey(on: Reader, id: string): Promise<GoodKey | null> {
  const found = await firstRow<Stored>(
    on,
    sql`SELECT k."organisationId", k."administratorId", k."secret", k."active", k."lastUsedAt", a."userName"
        FROM "access_keys" k
        JOIN "administrators" a ON a."id" = k."administratorId" AND a."organisationId" = k."organisationId"
        WHERE k."id" = ${id}`,
  );
  if (!found || !isTrue(found.active)) return null;
  const principal = await administratorPrincipal(on, found.administratorId);
  if (!principal?.mayBeIn) return null;
  const { active: _active, lastUsedAt, ...key } = found;
  return { id, ...key, lastUsedAt: lastUsedAt === null ? null : Number(lastUsedAt) };
}

/** As the engines give it: PostgreSQL's driver has bigint as text. */
type Stored = Omit<GoodKey, 'id' | 'lastUsedAt'> & {
  active: unknown;
  lastUsedAt: number | string | null;
};

/** A key's last use is written at most this often. */
const notedEveryMs = 60_000;

/** Notes that a key was used, and for what: a moment later, so that no request waits for it. */
export function noteAccessKeyUsed(ground: Ground, key: GoodKey, used: { service: string; region: string }): void {
  const now = clock.now();
  if (key.lastUsedAt !== null && now - key.lastUsedAt < notedEveryMs) return;
  const changes = { lastUsedAt: now, lastUsedService: used.service, lastUsedRegion: used.region };
  ground.db
    .write((m) => m.update(AccessKeyTable, { id: key.id }, changes))
    .catch((error: unknown) => ground.log.warn({ error }, 'could not note the use of an access key'));
}

const lineOf = ({ secret: _secret, active, ...key }: AccessKey): AccessKeyLine => ({
  ...key,
  state: active ? 'Active' : 'Inactive',
});

async function requireOwner(on: Reader, { organisationId, administratorId }: KeyOwner): Promise<Administrator> {
  const administrator = await on.findOneBy(AdministratorTable, { id: administratorId, organisationId });
  if (!administrator) throw accessErrors('administrator.notSetUp');
  return administrator;
}

async function requireKey(on: Reader, owner: KeyOwner, id: string): Promise<AccessKey> {
  const key = await on.findOneBy(AccessKeyTable, { id, ...owner });
  if (!key) throw accessErrors('accessKey.notFound');
  return key;
}

function act<T>(
  ground: Ground,
  owner: KeyOwner,
  eventName: string,
  parameters: Record<string, unknown>,
  unit: (m: Writer, administrator: Administrator) => Promise<{ result: T; responseElements?: Record<string, unknown> }>,
): Promise<T> {
  const { organisationId, administratorId } = owner;
  const action: Action = { eventName, organisationId, requestParameters: { administratorId, ...parameters } };
  return ground.trail.perform(action, async (m) => unit(m, await requireOwner(m, owner)));
}
