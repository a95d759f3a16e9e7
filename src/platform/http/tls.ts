import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { clock, iso } from '../clock/clock.ts';
import { type Config, developmentCertificate } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import { openCertificate } from '../secrets/certificate.ts';
import { refuse } from './errors.ts';

/** What a server that speaks TLS shows and signs with, PEM. */
export interface Identity {
  cert: string;
  key: string;
}

export interface Tls {
  identity: Identity;
  /** Calls `use` with the new identity whenever the files have changed and still fit; gives the function that ends it. */
  follow: (log: Log, use: (identity: Identity) => void) => () => void;
}

type TlsConfig = Pick<Config, 'tlsCertificate' | 'tlsKey' | 'certsDir'>;

/** Certificates are renewed every few weeks, by programs that replace the files: a minute is soon enough. */
const lookMs = 60_000;

/**
 * The certificate with which Carillon speaks TLS itself; null when a proxy in front does.
 * @throws http.tlsUnreadable, http.tlsUnfit when the files cannot be read, or key and certificate do not belong together
 */
export function openTls(config: TlsConfig, everyMs = lookMs): Tls | null {
  const { tlsCertificate, certsDir } = config;
  if (tlsCertificate === undefined) return null;
  if (tlsCertificate === developmentCertificate) {
    return { identity: openCertificate(certsDir), follow: () => () => undefined };
  }
  const identity = readIdentity(config);
  return {
    identity,
    follow: (log, use) => {
      warnWhenOver(identity, log);
      return followFiles(config, log, everyMs, use);
    },
  };
}

/** Reads and judges both files. */
export function readIdentity({ tlsCertificate = '', tlsKey = tlsCertificate }: Omit<TlsConfig, 'certsDir'>): Identity {
  const identity = { cert: readPem(tlsCertificate), key: readPem(tlsKey) };
  try {
    createSecureContext(identity);
    return identity;
  } catch (error) {
    throw refuse('http.tlsUnfit', { values: { certificate: tlsCertificate, key: tlsKey }, cause: error });
  }
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw refuse('http.tlsUnreadable', { values: { path, code }, cause: error });
  }
}

/** A certificate that is over is served all the same: no people would be let in by refusing to start. */
function warnWhenOver({ cert }: Identity, log: Log): void {
  const ends = new X509Certificate(cert).validToDate.getTime();
  if (ends < clock.now()) log.error({ ended: iso(ends) }, 'the TLS certificate is over: browsers will refuse it');
}

function followFiles(config: TlsConfig, log: Log, everyMs: number, use: (identity: Identity) => void): () => void {
  const paths = [config.tlsCertificate, config.tlsKey].filter((path) => path !== undefined);
  const state = (): string =>
    paths
      .map((path) => statSync(path, { throwIfNoEntry: false }))
      .map((file) => `${file?.ino} ${file?.mtimeMs}`)
      .join();
  let known = state();
  const timer = setInterval(() => {
    try {
      const now = state();
      if (now === known) return;
      known = now;
      const identity = readIdentity(config);
      use(identity);
      log.info({}, 'the TLS certificate was replaced');
      warnWhenOver(identity, log);
    } catch (error) {
      // Half written, or wrong: the one in use stays, and the next change is looked at again.
      log.error({ error }, 'the new TLS certificate cannot be used; the one before stays');
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
