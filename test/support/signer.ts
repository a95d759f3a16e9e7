import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';

/** A request before it is signed; headers as they go over the wire. */
export interface Unsigned {
  method: string;
  /** Path and query, escaped. */
  target: string;
  headers: [name: string, value: string][];
  body?: string;
}

interface Credentials {
  accessKeyId: string;
  secret: string;
  region?: string;
  service?: string;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const escaped = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const c = String.fromCharCode(byte);
      return /[\w.~-]/.test(c) ? c : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

/** The time of X-Amz-Date. */
export const amzTime = (at = Date.now()): string => new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '');

/**
 * Signs as the AWS tools do, written apart from what it tests.
 * @param change what to do differently, for requests that must be refused
 */
export function signed(
  { method, target, headers, body = '' }: Unsigned,
  { accessKeyId, secret, region = 'us-east-1', service = 'chime' }: Credentials,
  change: { date?: string; payloadHash?: string; signedHeaders?: string[]; encodeOnce?: boolean } = {},
): Unsigned {
  const time = headers.find(([name]) => name.toLowerCase() === 'x-amz-date')?.[1] ?? '';
  const date = change.date ?? time.slice(0, 8);
  const names = change.signedHeaders ?? [...new Set(headers.map(([name]) => name.toLowerCase()))].sort();
  const valuesOf = (name: string): string =>
    headers
      .filter(([each]) => each.toLowerCase() === name)
      .map(([, value]) => value.trim().replace(/ +/g, ' '))
      .join(',');
  const [path = '', query = ''] = target.split('?');
  const canonicalQuery = query
    .split('&')
    .filter(Boolean)
    .map((pair) => pair.split('=').map((part) => escaped(decodeURIComponent(part))))
    .map(([name = '', value = '']) => [name, value] as const)
    .sort(([a, av], [b, bv]) => (a === b ? (av < bv ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const canonical = [
    method,
    change.encodeOnce ? path : path.split('/').map(escaped).join('/'),
    canonicalQuery,
    ...names.map((name) => `${name}:${valuesOf(name)}`),
    '',
    names.join(';'),
    change.payloadHash ?? hash(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (made, part) => hmac(made, part),
    `AWS4${secret}`,
  );
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(canonical)}`).toString('hex');
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, ` +
    `SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { method, target, headers: [...headers, ['Authorization', authorization]], body };
}

export interface Answer {
  status: number;
  /** The exception's name. */
  error: string | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** Sends exactly these bytes: `fetch` would change headers and address. */
export const send = (url: string, { method, target, headers, body = '' }: Unsigned): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request(
      { hostname, port, method, path: target, headers: headers.flat(), setHost: false, agent: false },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => {
          const error = res.headers['x-amzn-errortype'];
          resolve({
            status: res.statusCode ?? 0,
            error: Array.isArray(error) ? error[0] : error,
            headers: res.headers,
            body: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
