import type { Adapter, KoaContextWithOIDC, errors } from 'oidc-provider';
import { requestContext } from '../../platform/context/context.ts';
import { addressKey } from '../../platform/http/address.ts';
import { createRate } from '../../platform/http/rate.ts';
import type { Ground } from '../../trail/ground.ts';
import { countDeviceCodes } from './artifacts/rows.ts';

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
      if (oidc?.route === 'device_authorization') await checkDeviceCodes(hands, payload.clientId ?? '');
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

/** @throws temporarily_unavailable */
async function checkDeviceCodes(
  { errors: { CustomOIDCProviderError }, ground, devices }: Hands,
  clientId: string,
): Promise<void> {
  const few = await devices(`${clientId} ${addressKey(requestContext().clientAddress)}`).then(
    () => true,
    () => false,
  );
  if (few && (await countDeviceCodes(ground.db.read, clientId)) < mostDeviceCodes) return;
  const refusal = new CustomOIDCProviderError('temporarily_unavailable', 'too many devices are waiting');
  refusal.status = refusal.statusCode = 429;
  throw refusal;
}
