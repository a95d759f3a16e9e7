import { createHash, createHmac } from 'node:crypto';
import { algorithm, terminator } from './authorization.ts';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The key of one day, region and service ("Derive a signing key"). */
export const signingKey = (secret: string, date: string, region: string, service: string): Buffer =>
  hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), terminator);

interface ToSign {
  /** As in X-Amz-Date. */
  time: string;
  date: string;
  region: string;
  service: string;
  /** One character a byte. */
  canonicalRequest: string;
}

/** The signature of a request ("Create a string to sign", "Calculate the signature"). */
export function signatureOf(key: Buffer, { time, date, region, service, canonicalRequest }: ToSign): Buffer {
  const hashed = createHash('sha256').update(canonicalRequest, 'latin1').digest('hex');
  return hmac(key, `${algorithm}\n${time}\n${date}/${region}/${service}/${terminator}\n${hashed}`);
}
