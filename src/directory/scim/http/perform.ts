import type { Writer } from '../../../platform/database/unit.ts';
import { faultPoint } from '../../../platform/fault-points/fault-points.ts';
import type { Done } from '../../../trail/trail.ts';
import { isGoodKey } from '../keys/keys.ts';
import { scimError } from '../protocol/errors.ts';
import type { ScimRequest } from './request.ts';

/**
 * Every change that a directory makes: one unit of work with its one record. A directory pushes many people at once, so
 * these units run beside each other in an account: each locks the person or the group that it changes.
 * @throws scim.keyRefused when the key was revoked since the request began: a body can take its time
 */
export function perform<T>(
  { ground, scope, keyId }: ScimRequest,
  eventName: string,
  requestParameters: Record<string, unknown>,
  unit: (m: Writer) => Promise<Done<T>>,
): Promise<T> {
  const { organisationId, accountId } = scope;
  faultPoint('scim.read', eventName);
  return ground.trail.perform({ eventName, organisationId, accountId, requestParameters, beside: true }, async (m) => {
    // Asked with the unit's first question: what it comes to counts only under a good key.
    const good = isGoodKey(m, keyId);
    good.catch(() => undefined);
    const [done] = await Promise.allSettled([unit(m)]);
    if (!(await good)) throw scimError('scim.keyRefused');
    if (done.status === 'rejected') throw done.reason;
    return done.value;
  });
}
