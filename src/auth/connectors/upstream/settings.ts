import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import { authErrors } from '../../errors.ts';
import { checkProvider } from '../openid/check.ts';
import { readIssuer } from '../openid/settings.ts';
import { upstreamErrors } from './errors.ts';
import { fixedFields, presets } from './presets.ts';
import { kinds, type Upstream, type UpstreamKind } from './upstream.entity.ts';

/** What an operator may say of a provider; what they leave out is as it is, or as its kind has it. */
export type UpstreamInput = Partial<
  Record<
    | 'name'
    | 'kind'
    | 'issuer'
    | 'clientId'
    | 'clientSecret'
    | 'clientAuthentication'
    | 'scope'
    | 'authorizationEndpoint'
    | 'tokenEndpoint'
    | 'profileEndpoint'
    | 'subjectField'
    | 'addressField'
    | 'nameField'
    | 'vouches',
    string
  >
>;

export type UpstreamSettings = Omit<
  Upstream,
  'id' | 'organisationId' | 'name' | 'clientSecret' | 'createdAt' | 'updatedAt'
>;

/** What each setting is called where it is refused. */
const called: Record<string, string> = {
  issuer: 'issuer',
  authorizationEndpoint: 'authorization endpoint',
  tokenEndpoint: 'token endpoint',
  profileEndpoint: 'profile endpoint',
  subjectField: 'subject field',
  addressField: 'address field',
  nameField: 'name field',
  vouches: 'field that vouches',
  clientAuthentication: 'client authentication',
};
const endpoints = ['authorizationEndpoint', 'tokenEndpoint', 'profileEndpoint'] as const;
const fields = ['subjectField', 'addressField', 'nameField', 'vouches'] as const;

/** The name on the button. @throws upstream.nameInvalid */
export function upstreamName(input: string): string {
  if (!/^(?! )[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{1,60}(?<! )$/u.test(input)) {
    throw upstreamErrors('upstream.nameInvalid', { field: 'name' });
  }
  return input;
}

/** @throws upstream.kindInvalid */
export function upstreamKind(input: string | undefined): UpstreamKind {
  const kind = kinds.find((one) => one === input);
  if (!kind) throw upstreamErrors('upstream.kindInvalid', { field: 'kind' });
  return kind;
}

/**
 * The settings of a provider by what was said and what was there before, without asking anybody.
 * @throws upstream.missing, upstream.unfit, upstream.endpointInvalid, upstream.scopeInvalid, upstream.fieldInvalid,
 *   upstream.authenticationInvalid, connection.issuerInvalid, connection.clientInvalid; each names its field
 */
export function readSettings(
  kind: UpstreamKind,
  before: UpstreamSettings | null,
  input: UpstreamInput,
): UpstreamSettings {
  for (const field of fixedFields[kind]) {
    if (input[field] !== undefined)
      throw upstreamErrors('upstream.unfit', { field, values: { kind, what: called[field] ?? field } });
  }
  const base = before ?? presets[kind];
  const need = (field: keyof UpstreamInput, present: string | null | undefined): string => {
    const value = input[field]?.trim() || present;
    if (!value) throw upstreamErrors('upstream.missing', { field, values: { kind, what: called[field] ?? field } });
    return value;
  };
  const clientId = need('clientId', before?.clientId);
  if (!/^[\x21-\x7e]{1,256}$/.test(clientId)) throw authErrors('connection.clientInvalid', { field: 'clientId' });
  const [authorizationEndpoint, tokenEndpoint, profileEndpoint] = endpoints.map((field) =>
    kind === 'openid' ? null : readEndpoint(field, need(field, base[field])),
  );
  const [subjectField, addressField, nameField, vouches] = fields.map((field) =>
    readField(field, need(field, base[field])),
  );
  const issuer = input.issuer?.trim() || before?.issuer;
  if (kind === 'openid' && !issuer) need('issuer', null);
  return {
    kind,
    // One who is not asked by discovery, and names none, goes by where people are sent.
    issuer: issuer ? readIssuer(issuer) : new URL(authorizationEndpoint!).origin,
    announcesIssuer: before?.announcesIssuer ?? (kind !== 'openid' && Boolean(issuer)),
    clientId,
    clientAuthentication: readAuthentication(input.clientAuthentication ?? base.clientAuthentication),
    scope: readScope(kind, input.scope ?? base.scope),
    authorizationEndpoint: authorizationEndpoint!,
    tokenEndpoint: tokenEndpoint!,
    profileEndpoint: profileEndpoint!,
    subjectField: subjectField!,
    addressField: addressField!,
    nameField: nameField!,
    vouches: vouches!,
  };
}

/**
 * Asks the provider, or at least judges its addresses as a request would.
 * @returns the settings as the provider spells them
 * @throws connection.discoveryFailed and its like, upstream.endpointRefused
 */
export async function checkSettings(
  outbound: Outbound,
  settings: UpstreamSettings,
  clientSecret: string,
): Promise<UpstreamSettings> {
  if (settings.kind === 'openid') {
    const { issuer, clientId } = settings;
    const found = (await checkProvider(outbound, { issuer, clientId, clientSecret })).serverMetadata();
    const announcesIssuer = found.authorization_response_iss_parameter_supported === true;
    return { ...settings, issuer: found.issuer, announcesIssuer };
  }
  for (const field of endpoints) {
    await outbound.check(settings[field] ?? '').catch((error: unknown) => {
      const reason = error instanceof CarillonError ? error.message : 'it is no address that can be called.';
      const values = { what: called[field] ?? field, reason };
      throw upstreamErrors('upstream.endpointRefused', { field, values, detail: String(error), cause: error });
    });
  }
  return settings;
}

/** Whether a kept secret would still go to nobody but whom it was given for. */
export const isSameReceiver = (one: UpstreamSettings, other: UpstreamSettings): boolean =>
  one.clientId === other.clientId && one.issuer === other.issuer && one.tokenEndpoint === other.tokenEndpoint;

function readEndpoint(field: (typeof endpoints)[number], given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  const isFair =
    url && given.length <= 1024 && /^https?:$/.test(url.protocol) && !url.hash && !url.username && !url.password;
  if (!isFair) throw upstreamErrors('upstream.endpointInvalid', { field, values: { what: called[field] ?? field } });
  return url.href;
}

/** A name, or names with dots between; `yes` and `no` are names too, where the field says whether it vouches. */
function readField(field: (typeof fields)[number], given: string): string {
  if (given.length > 128 || !/^[\w-]+(\.[\w-]+)*$/.test(given)) {
    throw upstreamErrors('upstream.fieldInvalid', { field, values: { what: called[field] ?? field } });
  }
  return given;
}

/** RFC 6749 §3.3. */
function readScope(kind: UpstreamKind, given: string): string {
  const scope = given.trim();
  const words = scope === '' ? [] : scope.split(/ +/);
  const isFair = scope.length <= 512 && words.every((word) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word));
  if (!isFair || (kind === 'openid' && !words.includes('openid'))) {
    throw upstreamErrors('upstream.scopeInvalid', { field: 'scope' });
  }
  return words.join(' ');
}

function readAuthentication(given: string): Upstream['clientAuthentication'] {
  if (given !== 'basic' && given !== 'post') {
    throw upstreamErrors('upstream.authenticationInvalid', { field: 'clientAuthentication' });
  }
  return given;
}
