import type { IncomingMessage } from 'node:http';
import { clock } from '../../../platform/clock/clock.ts';
import { identifyAs, requestContext } from '../../../platform/context/context.ts';
import { addressKey } from '../../../platform/http/address.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { ScimKey } from '../keys/key.entity.ts';
import { noteKeyUsed } from '../keys/keys.ts';
import type { KeyMemory } from '../keys/memory.ts';
import { scimError } from '../protocol/errors.ts';
import { bearerOf } from './request.ts';

/**
 * The key of a request, which then acts in its name.
 * @param wrongKeys counts refusals by client address
 * @throws scim.keyRefused, rate.exceeded, database.away
 */
export async function authenticate(
  ground: Ground,
  keys: KeyMemory,
  req: IncomingMessage,
  wrongKeys: (address: string) => Promise<void>,
): Promise<ScimKey> {
  const token = bearerOf(req);
  const key = token === null ? null : await keys.find(token, clock.now());
  if (!key) {
    await wrongKeys(addressKey(requestContext().clientAddress));
    throw scimError('scim.keyRefused');
  }
  const { id, organisationId, accountId, name } = key;
  identifyAs({ type: 'ScimKey', principalId: id, userName: name, organisationId, accountId });
  noteKeyUsed(ground, key, clock.now());
  return key;
}
