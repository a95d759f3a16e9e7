import type { Adapter, KoaContextWithOIDC, errors } from 'oidc-provider';
import { requestContext } from '../../platform/context/context.ts';
import { addressKey } from '../../platform/http/address.ts';
import { createRate } from '../../platform/http/rate.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { countDeviceCodes } from './artifacts/rows.ts';
import { currentUnit } from './artifacts/unit.ts';

/** Most characters of one parameter of a request; an ID token that is sent back may be longer than the rest. */
const longestParameter = 2_048;
const longestHint = 4_096;
/** Most characters of them all: they are kept until somebody has answered. */
const longestRequest = 8_192;
/** Device codes of one client that wait at the same time. Whoever asks for more must wait until some have expired. */
const mostDeviceCodes = 1_000;
/** Of them those that one address may ask for while the first of them lasts: whoever asks for all keeps nobody else out. */
const devicesOfOneAddress = { points: 100, seconds: 600 };

/** What is kept of a request, before anybody has proved anything. */
const asked: ReadonlySet<string> = new Set(['PushedAuthorizationRequest', 'DeviceCode', 'Interaction']);

/** As many device codes of a client are waiting as there may be. */
export class TooManyDeviceCodes extends Error {
  constructor() {
    super('too many devices are waiting');
  }
}

interface Hands {
  ground: Ground;
  /** The errors of oidc-provider, which is loaded when it is first needed. */
  errors: Pick<typeof errors, 'InvalidRequest' | 'CustomOIDCProviderError'>;
  /** The request that is being answered. */
  current: () => KoaContextWithOIDC | undefined;
  /** Counts what each address asks for of each client. @throws rate.exceeded */
  devices: (key: string) => Promise<void>;
}

export const createDeviceRate = (): Hands['devices'] => createRate(devicesOfOneAddress);

/** The adapter of a model: it keeps no request that is too long, and no more device codes than there may be. */
export function withinBounds(hands: Hands, model: string, adapter: Adapter): Adapter {
  if (!asked.has(model)) return adapter;
  return {
    ...adapter,
    upsert: async (id, payload, expiresIn) => {
      const oidc = hands.current()?.oidc;
      checkLengths(hands, oidc?.params ?? {});
      const { clientId = '' } = payload;
      // With the code itself, in one unit of work: of any number at once no more are kept than there may be.
      if (oidc?.route === 'device_authorization') {
        await checkAddress(hands, clientId);
        currentUnit()?.also.push((m) => checkDeviceCodes(hands.ground, m, clientId));
      }
      return adapter.upsert(id, payload, expiresIn);
    },
  };
}

/** @throws invalid_request */
function checkLengths({ errors: { InvalidRequest } }: Hands, params: Record<string, unknown>): void {
  let all = 0;
  for (const [name, value] of Object.entries(params)) {
    const length = [value].flat().reduce<number>((sum, each) => sum + (typeof each === 'string' ? each.length : 0), 0);
    if (length > (name === 'id_token_hint' ? longestHint : longestParameter)) {
      throw new InvalidRequest(`the parameter ${name} is too long`);
    }
    all += length;
  }
  if (all > longestRequest) throw new InvalidRequest('the request is too long');
}

/** @throws temporarily_unavailable for an address that has asked for its share */
async function checkAddress({ errors: { CustomOIDCProviderError }, devices }: Hands, clientId: string): Promise<void> {
  const few = await devices(`${clientId} ${addressKey(requestContext().clientAddress)}`).then(
    () => true,
    () => false,
  );
  if (few) return;
  const refusal = new CustomOIDCProviderError('temporarily_unavailable', new TooManyDeviceCodes().message);
  refusal.status = refusal.statusCode = 429;
  throw refusal;
}

/** @throws TooManyDeviceCodes, which undoes the unit that has added one */
async function checkDeviceCodes({ db }: Ground, m: Writer, clientId: string): Promise<void> {
  await db.alone(`device codes of ${clientId}`);
  if ((await countDeviceCodes(m, clientId)) > mostDeviceCodes) throw new TooManyDeviceCodes();
}
