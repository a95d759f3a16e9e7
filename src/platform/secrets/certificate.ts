import { generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import ipaddr from 'ipaddr.js';
import { clock } from '../clock/clock.ts';
import { bits, boolean, explicit, implicit, integer, octets, oid, sequence, set, time, utf8 } from './der.ts';
import { privateFolder, writeWhole } from './files.ts';

export interface Certificate {
  /** The private key, PEM. */
  key: string;
  /** The certificate, PEM. */
  cert: string;
}

const day = 86_400_000;
const validDays = 365;
const renewBeforeDays = 7;
const localNames = ['localhost', '127.0.0.1', '::1'];

/**
 * Opens the development certificate of a folder; makes it on the first run, and anew when it is about to end.
 * @param folder gets `development.pem`: private key and certificate together, so that they cannot part
 */
export function openCertificate(folder: string, names: readonly string[] = localNames): Certificate {
  const path = join(folder, 'development.pem');
  privateFolder(folder);
  const kept = readCertificate(path);
  if (kept) return kept;
  const made = makeCertificate(names);
  writeWhole(path, made.key + made.cert, { mode: 0o600, replace: true });
  return made;
}

function readCertificate(path: string): Certificate | undefined {
  try {
    const [key, cert] = readFileSync(path, 'utf8').split(/(?=-----BEGIN CERTIFICATE)/);
    if (!key || !cert) return undefined;
    const ends = new X509Certificate(cert).validToDate.getTime();
    return ends - clock.now() > renewBeforeDays * day ? { key, cert } : undefined;
  } catch {
    // Missing or damaged: for development a new one serves as well.
    return undefined;
  }
}

/**
 * Makes a self-signed certificate (X.509 v3, ECDSA P-256; RFC 5280) for one server, valid from a day ago for a year.
 * @param names host names and addresses, the first also as common name
 */
export function makeCertificate(names: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = certificateBody(names, publicKey);
  const der = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, privateKey)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(der),
  };
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

function certificateBody(names: readonly string[], publicKey: KeyObject): Buffer {
  const name = sequence(set(sequence(oid('2.5.4.3'), utf8(names[0] ?? 'localhost'))));
  const from = clock.now() - day;
  return sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    name,
    sequence(time(from), time(from + validDays * day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, extensions(names)),
  );
}

/** A certificate of a server that may sign no other (browsers refuse an authority's own as a server's). */
const extensions = (names: readonly string[]): Buffer =>
  sequence(
    extension('2.5.29.19', true, sequence()),
    extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(...names.map(generalName))),
  );

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));

const generalName = (name: string): Buffer =>
  isIP(name) ? implicit(7, Buffer.from(ipaddr.parse(name).toByteArray())) : implicit(2, Buffer.from(name));

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
