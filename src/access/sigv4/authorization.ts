import { signatureErrors } from './errors.ts';

/** The parts of an Authorization header. */
export interface Authorization {
  accessKeyId: string;
  /** Eight digits. */
  date: string;
  region: string;
  service: string;
  /** Lower case, each once, in order. */
  signedHeaders: readonly string[];
  /** 64 lower-case hexadecimal digits. */
  signature: string;
}

export const algorithm = 'AWS4-HMAC-SHA256';
export const terminator = 'aws4_request';

const incomplete = (reason: string): Error => signatureErrors('signature.incomplete', { values: { reason } });

/**
 * Reads an Authorization header in the one spelling that every AWS tool sends.
 * @throws signature.missing without one or for another scheme, signature.incomplete
 */
export function readAuthorization(header: string | undefined): Authorization {
  if (header === undefined || !header.startsWith('AWS4-')) throw signatureErrors('signature.missing');
  if (!header.startsWith(`${algorithm} `)) throw incomplete(`the algorithm must be ${algorithm}`);
  const parts = header.slice(algorithm.length + 1).split(/, */);
  const [credential, signed, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name, i) => {
    const part = parts[i] ?? '';
    if (!part.startsWith(`${name}=`)) throw incomplete(`${name} is expected as its part ${i + 1}`);
    return part.slice(name.length + 1);
  }) as [string, string, string];
  if (parts.length !== 3) throw incomplete('it has more parts than Credential, SignedHeaders and Signature');
  const [accessKeyId = '', date = '', region = '', service = '', end = '', ...more] = credential.split('/');
  if (!/^[A-Z0-9]{16,128}$/.test(accessKeyId)) throw incomplete('the access key ID has another form');
  if (!/^\d{8}$/.test(date) || !/^[a-z0-9-]{1,32}$/.test(region) || more.length > 0) {
    throw incomplete('Credential must be access key ID/date/region/service/aws4_request');
  }
  if (end !== terminator) throw signatureErrors('signature.scope', { values: { wanted: `'${terminator}'` } });
  if (!/^[0-9a-f]{64}$/.test(signature)) throw incomplete('Signature must be 64 hexadecimal digits');
  return { accessKeyId, date, region, service, signedHeaders: readSignedHeaders(signed), signature };
}

function readSignedHeaders(text: string): string[] {
  const names = text.split(';');
  const ordered = names.every((name, i) => i === 0 || name > names[i - 1]!);
  if (!ordered || !names.every((name) => /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name))) {
    throw incomplete('SignedHeaders must be names in lower case, in order, each once');
  }
  return names;
}
