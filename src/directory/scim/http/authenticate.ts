import type { IncomingMessage } from 'node:http';
import { clock } from '../../../platform/clock/clock.ts';
import { identifyAs, requestContext } from '../../../platform/context/context.ts';
import { addressKey } from '../../../platform/http/address.ts';
import type { Ground } from '../../../trail/ground.ts';
import { noteKeyUsed } from '../keys/keys.ts';
import type { KeyMemory, Pass } from '../keys/memory.ts';
import { scimError } from '../protocol/errors.ts';
import { bearerOf } from './request.ts';

/** Who looks at keys, and who counts refusals by client address. */
export interface Gate {
  ground: Ground;
  keys: KeyMemory;
  wrongKeys: (address: string) => Promise<void>;
}

/**
 * The key of a request, which then acts in its name; nothing may be answered by it before `requireProven`.
 * @throws scim.keyRefused, rate.exceeded, database.away
 */
export async function authenticate(gate: Gate, req: IncomingMessage): Promise<Pass> {
  const token = bearerOf(req);
  const pass = token === null ? null : await gate.keys.find(token, clock.now());
  if (!pass) return refuse(gate);
  const { id, organisationId, accountId, name } = pass.key;
  identifyAs({ type: 'ScimKey', principalId: id, userName: name, organisationId, accountId });
  if (pass.isProven) noteKeyUsed(gate.ground, pass.key, clock.now());
  return pass;
}

/** @throws scim.keyRefused when the key was revoked since it was remembered, rate.exceeded, database.away */
export async function requireProven(gate: Gate, pass: Pass): Promise<void> {
  if (!(await gate.keys.prove(pass))) await refuse(gate);
  noteKeyUsed(gate.ground, pass.key, clock.now());
}

async function refuse({ wrongKeys }: Gate): Promise<never> {
  await wrongKeys(addressKey(requestContext().clientAddress));
  throw scimError('scim.keyRefused');
}
