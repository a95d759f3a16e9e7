import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  octets,
  oid,
  sequence,
  set,
  time,
  utf8,
} from '../../src/platform/secrets/der.ts';

const day = 86_400_000;
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

export interface TestCertificate {
  /** PEM. */
  key: string;
  cert: string;
}

export interface CertificateOptions {
  /** Host names and IPv4 addresses, the first also as common name. */
  names: readonly string[];
  /** Days from now; from yesterday for a year unless said. */
  from?: number;
  until?: number;
}

interface Signer {
  name: Buffer;
  key: KeyObject;
}

/** A certificate authority of a test's own (RFC 5280), whose certificates may have any fault. */
export class TestAuthority {
  readonly #signer: Signer;
  /** PEM, for who is to trust it. */
  readonly cert: string;

  constructor(commonName = 'Test Authority') {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    // Two of one name could not be trusted beside each other.
    this.#signer = { name: nameOf(`${commonName} ${randomBytes(4).toString('hex')}`), key: privateKey };
    const extensions = [
      extension('2.5.29.19', true, sequence(boolean(true))),
      extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)),
    ];
    this.cert = certificate(this.#signer, { subject: this.#signer.name, publicKey, from: -1, until: 365, extensions });
  }

  /** A server's certificate under this authority. */
  issue(options: CertificateOptions): TestCertificate {
    return server(options, this.#signer);
  }
}

/** A server's certificate that is signed by nobody but itself. */
export const selfSigned = (options: CertificateOptions): TestCertificate => server(options, null);

function server({ names, from = -1, until = 365 }: CertificateOptions, signer: Signer | null): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = nameOf(names[0] ?? 'localhost');
  const extensions = [
    extension('2.5.29.19', true, sequence()),
    extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(...names.map(generalName))),
  ];
  const by = signer ?? { name: subject, key: privateKey };
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: certificate(by, { subject, publicKey, from, until, extensions }),
  };
}

interface Body {
  subject: Buffer;
  publicKey: KeyObject;
  from: number;
  until: number;
  extensions: Buffer[];
}

function certificate({ name, key }: Signer, { subject, publicKey, from, until, extensions }: Body): string {
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() + from * day), time(Date.now() + until * day)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
  const der = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, key)));
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
}

const nameOf = (commonName: string): Buffer => sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))));

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));

const generalName = (name: string): Buffer =>
  isIP(name) ? implicit(7, Buffer.from(name.split('.').map(Number))) : implicit(2, Buffer.from(name));
