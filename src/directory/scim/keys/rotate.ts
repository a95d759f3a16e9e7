import { clock } from '../../../platform/clock/clock.ts';
import { newToken } from '../../../platform/ids/ids.ts';
import type { Ground } from '../../../trail/ground.ts';
import { directoryErrors } from '../../errors.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import { type ScimKey, ScimKeyTable } from './key.entity.ts';
import { asked, isGood, keyPrefix, type NewKey, scimKeyChangedTopic, storeKey } from './keys.ts';

const hour = 60 * 60 * 1000;
const mostHours = 90 * 24;

/** For how long both keys are taken, unless somebody says otherwise. */
export const usualOverlapHours = 24;

interface Rotation extends Partial<NewKey> {
  /** Hours for which the old key is still taken: 0 to 90 days, at first a day. */
  overlap?: string | number | undefined;
}

/**
 * Replaces a key without a gap: makes another of the same connection, and lets the old one end after an overlap in which
 * both are taken. An end that the old one had already, and that comes sooner, stays.
 * @returns the new key itself, which is shown this once, its row, and the old one's as it is now
 * @throws scimKey.notFound for one that is revoked or over, scimKey.overlapInvalid, and what `createScimKey` throws
 */
export async function rotateScimKey(
  ground: Ground,
  { organisationId, accountId }: Scope,
  keyId: string,
  input: Rotation,
): Promise<{ key: ScimKey; token: string; old: ScimKey }> {
  const token = newToken(keyPrefix);
  const requestParameters = {
    accountId,
    keyId: keyId.slice(0, 64),
    overlapHours: String(input.overlap ?? usualOverlapHours).slice(0, 10),
    ...(typeof input.name === 'string' && { name: input.name.slice(0, 200) }),
    ...asked({ name: '', expires: input.expires }),
  };
  const action = { eventName: 'RotateApiKey', organisationId, accountId, requestParameters };
  const rotated = await ground.trail.perform(action, async (m) => {
    const now = clock.now();
    const old = await m.findOneBy(ScimKeyTable, { id: keyId, organisationId, accountId });
    if (!old || !isGood(old, now)) throw directoryErrors('scimKey.notFound');
    const hours = overlapOf(input.overlap);
    const end = Math.min(old.expiresAt ?? Infinity, now + hours * hour);
    const changes = hours === 0 ? { revokedAt: now } : { expiresAt: end };
    await m.update(ScimKeyTable, { id: old.id }, changes);
    ground.outbox.announce(scimKeyChangedTopic, old.id);
    const { connectionId } = old;
    const name = input.name === undefined || input.name === '' ? old.name : input.name;
    const asNew = { name, expires: input.expires };
    const key = await storeKey(m, { organisationId, accountId, connectionId }, asNew, token);
    return { result: { key, old: { ...old, ...changes } }, responseElements: { keyId: key.id } };
  });
  return { ...rotated, token };
}

function overlapOf(given: string | number | undefined): number {
  const text = String(given ?? usualOverlapHours).trim();
  const hours = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (hours < 0 || hours > mostHours)
    throw directoryErrors('scimKey.overlapInvalid', { field: 'overlap', values: { most: mostHours } });
  return hours;
}
