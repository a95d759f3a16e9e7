import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { clock, iso } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { findGoodKey, type GoodKey } from '../keys/keys.ts';
import { type Authorization, readAuthorization } from './authorization.ts';
import { canonicalRequest, sha256 } from './canonical.ts';
import { signatureErrors } from './errors.ts';
import { onlyValue, type SentHeaders, sentHeaders } from './headers.ts';
import { readTarget, type Target } from './query.ts';
import { signatureOf } from './sign.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The service that clients sign for. */
export const service = 'chime';

/** How far a client's clock may be from ours, either way. */
const skewMs = 5 * 60_000;

/** A request whose signature was right. */
export interface Signed {
  key: GoodKey;
  target: Target;
  headers: SentHeaders;
  body: Buffer;
  region: string;
  /** Hexadecimal; the same for the same bytes only. */
  signature: string;
}

interface VerifyOptions {
  on: Reader;
  signingKeys: SigningKeys;
  /** Reads the content, bounded; called once everything that is cheap to judge was judged. */
  readBody: () => Promise<Buffer>;
}

/**
 * Verifies a request by AWS Signature Version 4, in the header form: one named check after another, each of which
 * refuses. The Host is the one that the client sent, so a proxy in front has to pass it on.
 * @throws signature.*, and what `readBody` throws
 */
export async function verify(req: IncomingMessage, options: VerifyOptions): Promise<Signed> {
  const { on, signingKeys, readBody } = options;
  const headers = sentHeaders(req.rawHeaders);
  const target = readTarget(req.url ?? '');
  refusePresigned(target);
  const authorization = readAuthorization(onlyValue(headers, 'authorization'));
  refuseSessionToken(headers);
  requireService(authorization);
  const time = requireFresh(headers, authorization);
  requireSigned(headers, authorization);
  const body = await readBody();
  const payloadHash = requirePayload(headers, body);
  const key = await requireKey(on, signingKeys, authorization);
  requireSignature(signingKeys, key, authorization, {
    time,
    canonicalRequest: canonicalRequest({
      method: req.method ?? '',
      ...target,
      headers,
      signedHeaders: authorization.signedHeaders,
      payloadHash,
    }),
  });
  return { key, target, headers, body, region: authorization.region, signature: authorization.signature };
}

/** A signature in an address is passed around with it, and stands in logs. */
function refusePresigned({ query }: Target): void {
  if (query.some(({ name }) => /^x-amz-/i.test(name))) throw signatureErrors('signature.presigned');
}

/** There are no temporary credentials here, so whatever comes with a token is none of ours. */
function refuseSessionToken(headers: SentHeaders): void {
  if (headers.has('x-amz-security-token')) throw signatureErrors('signature.unknownKey');
}

function requireService(authorization: Authorization): void {
  if (authorization.service === service) return;
  throw signatureErrors('signature.scope', { values: { wanted: `correct service: '${service}'` } });
}

/** @returns X-Amz-Date, which must be in the request, now, and of the day of the scope */
function requireFresh(headers: SentHeaders, { date }: Authorization): string {
  const time = onlyValue(headers, 'x-amz-date')?.trim() ?? '';
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? [];
  const signedAt = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  if (Number.isNaN(signedAt)) {
    throw signatureErrors('signature.incomplete', {
      values: { reason: 'X-Amz-Date must be a time as YYYYMMDDTHHMMSSZ' },
    });
  }
  const now = clock.now();
  if (Math.abs(now - signedAt) > skewMs) {
    const values = { signed: iso(signedAt), now: iso(now), minutes: skewMs / 60_000 };
    throw signatureErrors('signature.expired', { values });
  }
  if (!time.startsWith(date)) {
    throw signatureErrors('signature.scope', { values: { wanted: 'the day of X-Amz-Date' } });
  }
  return time;
}

/** The Host, and every header by which AWS's protocol says something: one that is not signed anybody could have added. */
function requireSigned(headers: SentHeaders, { signedHeaders }: Authorization): void {
  onlyValue(headers, 'host');
  onlyValue(headers, 'x-amz-content-sha256');
  for (const name of ['host', ...headers.keys()]) {
    if (name !== 'host' && !name.startsWith('x-amz-')) continue;
    if (!signedHeaders.includes(name))
      throw signatureErrors('signature.notSigned', { values: { name: name.slice(0, 64) } });
  }
  const absent = signedHeaders.find((name) => !headers.has(name));
  if (absent !== undefined) throw signatureErrors('signature.wrong', { detail: `${absent.slice(0, 64)} was not sent` });
}

/** Counted from what was received; UNSIGNED-PAYLOAD and the streaming forms are no hash of it. */
function requirePayload(headers: SentHeaders, body: Buffer): string {
  const computed = sha256(body);
  const stated = headers.get('x-amz-content-sha256')?.[0]?.trim();
  if (stated !== undefined && stated !== computed) throw signatureErrors('signature.payload');
  return computed;
}

async function requireKey(on: Reader, signingKeys: SigningKeys, { accessKeyId }: Authorization): Promise<GoodKey> {
  const key = await findGoodKey(on, accessKeyId);
  if (key) return key;
  signingKeys.forget(accessKeyId);
  throw signatureErrors('signature.unknownKey');
}

function requireSignature(
  signingKeys: SigningKeys,
  key: GoodKey,
  { date, region, signature }: Authorization,
  request: { time: string; canonicalRequest: string },
): void {
  const { signing, keep } = signingKeys.of(key, date, region, service);
  const expected = signatureOf(signing, { date, region, service, ...request });
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) throw signatureErrors('signature.wrong');
  keep();
}
