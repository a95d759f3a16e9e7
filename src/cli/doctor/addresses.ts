import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { clock, iso } from '../../platform/clock/clock.ts';
import { type Config, developmentCertificate } from '../../platform/config/settings.ts';
import { askTxt } from '../../platform/dns/ask.ts';
import { readIdentity } from '../../platform/http/tls.ts';
import { isPublicAddress } from '../../platform/outbound/addresses.ts';
import { bareHost } from '../../platform/outbound/hosts.ts';
import { fail, type Finding, ok, warn } from './finding.ts';

const isLocal = (hostname: string): boolean =>
  /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|::1)$/.test(bareHost(hostname));

/** What people and other servers are told to come to, beside what the server listens to. */
export function lookAtPublicUrl({ publicUrl, host, port, tlsCertificate, trustedProxies }: Config): Finding[] {
  const url = new URL(publicUrl);
  const secure = url.protocol === 'https:';
  const findings: Finding[] = [];
  if (!secure && !isLocal(url.hostname)) {
    findings.push(
      fail(
        `PUBLIC_URL is ${publicUrl}: passwords, cookies and tokens would travel in the open.`,
        'Give it https://, with TLS_CERTIFICATE or a proxy that speaks TLS in front.',
      ),
    );
  }
  if (isLocal(url.hostname) && !isLocal(host)) {
    findings.push(
      warn(
        `The server listens on ${host}, and PUBLIC_URL (${publicUrl}) is an address of this machine alone.`,
        'Set PUBLIC_URL to the address by which people reach it: every link is built from it.',
      ),
    );
  }
  if (tlsCertificate !== undefined && !secure) {
    findings.push(fail('TLS_CERTIFICATE is set, and PUBLIC_URL is plain http.', 'Give PUBLIC_URL https://.'));
  }
  if (tlsCertificate === undefined && secure && trustedProxies.length === 0) {
    findings.push(
      warn(
        'A proxy must speak TLS in front, and none is trusted: every client has the proxy’s address in records and limits.',
        'Let TRUSTED_PROXIES name its address, such as 127.0.0.1.',
      ),
    );
  }
  const direct = tlsCertificate !== undefined || !secure;
  const asked = Number(url.port) || (secure ? 443 : 80);
  if (direct && port !== 0 && asked !== port && trustedProxies.length === 0) {
    findings.push(
      warn(
        `PUBLIC_URL leads to port ${asked}, and the server listens on ${port}.`,
        'Set both to the same port, unless something in front passes one on to the other.',
      ),
    );
  }
  return findings.length > 0 ? findings : [ok(`People come to ${publicUrl}.`)];
}

const day = 86_400_000;
const soonDays = 14;

function ends(what: string, pem: string, mend: string): Finding {
  const certificate = new X509Certificate(pem);
  const left = certificate.validToDate.getTime() - clock.now();
  const at = iso(certificate.validToDate.getTime()).slice(0, 10);
  if (left < 0) return fail(`${what} ended on ${at}.`, mend);
  return left < soonDays * day ? warn(`${what} ends on ${at}.`, mend) : ok(`${what} is good until ${at}.`);
}

/** The certificate that is served, and others that lie in the folder. */
export function lookAtCertificates(config: Config): Finding[] {
  const { tlsCertificate, certsDir, publicUrl } = config;
  const findings: Finding[] = [];
  if (tlsCertificate === developmentCertificate) {
    findings.push(
      warn('TLS is spoken with the development certificate.', 'Set TLS_CERTIFICATE to one that browsers trust.'),
    );
  } else if (tlsCertificate !== undefined) {
    const { cert } = readIdentity(config);
    findings.push(ends(`The certificate ${tlsCertificate}`, cert, 'Renew it: the new file is taken up by itself.'));
    const { hostname } = new URL(publicUrl);
    const certificate = new X509Certificate(cert);
    const covers = isIP(bareHost(hostname)) ? certificate.checkIP(bareHost(hostname)) : certificate.checkHost(hostname);
    if (covers === undefined) {
      findings.push(fail(`The certificate is not for ${hostname}, where PUBLIC_URL leads.`, 'Get one with that name.'));
    }
  }
  const others = existsSync(certsDir) ? readdirSync(certsDir).filter((name) => /\.(pem|crt|cer)$/.test(name)) : [];
  for (const name of others.filter((other) => other !== 'development.pem')) {
    const path = join(certsDir, name);
    const text = readFileSync(path, 'utf8');
    if (path === tlsCertificate || !text.includes('-----BEGIN CERTIFICATE-----')) continue;
    findings.push(
      ends(`The certificate ${path}`, text.slice(text.indexOf('-----BEGIN CERTIFICATE-----')), 'Renew it.'),
    );
  }
  return findings.length > 0
    ? findings
    : [ok('No certificate is served: PUBLIC_URL is this machine’s, or a proxy speaks TLS.')];
}

const dnsMs = 3000;

/** Whether each resolver answers at all, whatever it says of the name. */
export async function lookAtDns(resolvers: readonly string[], name: string): Promise<Finding[]> {
  if (resolvers.length === 0) {
    return [fail('The system has no DNS resolver.', 'Let DNS_RESOLVERS name one: domains cannot be verified without.')];
  }
  const said = await Promise.all(resolvers.map((server) => askTxt(name, server, 'resolver', dnsMs)));
  const quiet = said.filter(({ result }) => result !== 'answered' && result !== 'absent').map(({ server }) => server);
  const mend = 'Let DNS_RESOLVERS name resolvers that answer this machine: domains cannot be verified without.';
  if (quiet.length === said.length) return [fail(`No DNS resolver answers (${quiet.join(', ')}).`, mend)];
  if (quiet.length > 0) return [warn(`These DNS resolvers do not answer: ${quiet.join(', ')}.`, mend)];
  return [ok(`DNS resolvers answer: ${resolvers.join(', ')}.`)];
}

/** Where clouds tell a machine its secrets. */
const metadata = new Set(['169.254.169.254', 'fd00:ec2::254', 'metadata.google.internal', '100.100.100.200']);

/** The hosts that may be called although they are private: each opens the guard a little. */
export async function lookAtPrivateHosts({ outboundPrivateHosts }: Config): Promise<Finding[]> {
  const each = await Promise.all(outboundPrivateHosts.map(lookAtPrivateHost));
  const findings = each.filter((finding) => finding !== null);
  if (findings.length > 0) return findings;
  const count = outboundPrivateHosts.length;
  return [
    ok(
      count === 0
        ? 'No private host may be called.'
        : `Private hosts that may be called: ${outboundPrivateHosts.join(', ')}.`,
    ),
  ];
}

async function lookAtPrivateHost(entry: string): Promise<Finding | null> {
  const host = isIP(entry) ? entry : bareHost(entry.replace(/:\d{1,5}$/, ''));
  const mend = 'Take it out of OUTBOUND_PRIVATE_HOSTS.';
  const addresses = isIP(host)
    ? [host]
    : await lookup(host, { all: true }).then(
        (found) => found.map(({ address }) => address),
        () => [],
      );
  if ([host, ...addresses].some((address) => metadata.has(address))) {
    return fail(`${entry} is where a cloud tells a machine its secrets, and may be called.`, mend);
  }
  if (addresses.length === 0) return warn(`${entry} is not known here.`, `Mend its name in DNS, or: ${mend}`);
  if (addresses.every(isPublicAddress)) {
    return warn(`${entry} is public: it needs no entry, and with one it may be called by plain http.`, mend);
  }
  return null;
}
