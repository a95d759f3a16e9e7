import type { Writer } from '../../../platform/database/unit.ts';
import { faultPoint } from '../../../platform/fault-points/fault-points.ts';
import type { Done } from '../../../trail/trail.ts';
import type { ResourceChange } from '../inspector/change.ts';
import { isGoodKey } from '../keys/keys.ts';
import { scimError } from '../protocol/errors.ts';
import type { ScimRequest } from './request.ts';

/** What a unit of work gives: for the trail, and what it has changed for the inspector. */
export type Performed<T> = Done<T> & { changed?: ResourceChange };

/**
 * Every change that a directory makes: one unit of work with its one record. A directory pushes many people at once, so
 * these units run beside each other in an account: each locks the person or the group that it changes.
 * @throws scim.keyRefused when the key was revoked since the request began: a body can take its time
 */
export function perform<T>(
  { ground, scope, keyId, pass, seen, replay }: ScimRequest,
  eventName: string,
  requestParameters: Record<string, unknown>,
  unit: (m: Writer) => Promise<Performed<T>>,
): Promise<T> {
  const { organisationId, accountId } = scope;
  faultPoint('scim.read', eventName);
  const guarded = async (m: Writer): Promise<Done<T>> => {
    // Asked with the unit's first question: what it comes to counts only under a good key.
    // A replay is an administrator's, who may do it also for a key that was revoked.
    const good = replay ? Promise.resolve(true) : isGoodKey(m, keyId);
    good.catch(() => undefined);
    const requireGood = async (): Promise<void> => {
      if (!(await good)) throw scimError('scim.keyRefused');
      if (pass) pass.isProven = true;
    };
    let done: Performed<T>;
    try {
      done = await unit(m);
    } catch (error) {
      await requireGood();
      throw error;
    }
    await requireGood();
    const { changed, ...rest } = done;
    seen.changed = changed;
    return rest;
  };
  // What is tried only to be undone leaves no record.
  if (replay?.isTrial) return ground.db.write(async (m) => (await guarded(m)).result);
  const parameters = replay ? { ...requestParameters, replayOf: replay.of } : requestParameters;
  const action = { eventName, organisationId, accountId, requestParameters: parameters, beside: true };
  return ground.trail.perform(action, guarded);
}
