import type { Artifacts } from '../artifacts/artifacts.ts';
import { artifactId, userCodeHash } from '../artifacts/ids.ts';
import { deviceGrant } from '../clients/kinds.ts';
import { pollSeconds } from './answers.ts';
import { amazonErrors } from './errors.ts';
import type { Polls } from './polls.ts';
import { bareTokenOf } from './wire.ts';

/** What a request for tokens may say; Amazon ignores the rest, so it is not handed on. */
const known = ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'client_id', 'client_secret'];

interface Hands {
  artifacts: Pick<Artifacts, 'live'>;
  polls: Polls;
}

/**
 * A request for tokens in oidc-provider's words. The grants that Amazon has not are refused later, by the client that
 * it turns out to be: who cannot prove who it is learns nothing else.
 * @throws amazon.codePairInvalid, amazon.polledTooSoon
 */
export async function tokenRequest(hands: Hands, form: URLSearchParams): Promise<URLSearchParams> {
  const asked = new URLSearchParams([...form].filter(([name]) => known.includes(name)));
  const refresh = form.get('refresh_token');
  // One that was not made by this face is none: no other token's text may lead to the same row.
  if (refresh !== null) asked.set('refresh_token', bareTokenOf('RefreshToken', refresh) ?? '-');
  const grant = form.get('grant_type');
  if (grant === deviceGrant) asked.set('grant_type', 'unknown');
  if (grant === 'device_code') await addDevice(hands, form, asked);
  return asked;
}

/** Amazon's devices send the two codes and not who they are: that, the device code knows. */
async function addDevice({ artifacts, polls }: Hands, form: URLSearchParams, asked: URLSearchParams): Promise<void> {
  for (const parameter of ['device_code', 'user_code']) {
    if (!form.get(parameter)) throw amazonErrors('amazon.parameterMissing', { values: { parameter } });
  }
  const code = form.get('device_code')!;
  const id = artifactId('DeviceCode', code);
  const row = await artifacts.live(id);
  if (!row?.clientId || row.userCodeHash !== userCodeHash(normal(form.get('user_code')!))) {
    throw amazonErrors('amazon.codePairInvalid');
  }
  if (polls.isTooSoon(id)) throw amazonErrors('amazon.polledTooSoon', { values: { seconds: pollSeconds } });
  asked.set('grant_type', deviceGrant);
  asked.set('device_code', code);
  if (!asked.has('client_id')) asked.set('client_id', row.clientId);
}

/** As oidc-provider keeps a user code, however it was written down. */
const normal = (userCode: string): string => userCode.toUpperCase().replace(/\W/g, '');
