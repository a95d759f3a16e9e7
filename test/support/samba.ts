import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import { TestAuthority } from './authority.ts';
import { testFolder } from './folder.ts';
import { keepServer, type KeptServer } from './kept-server.ts';
import { ownLoopback } from './loopback.ts';
import { oncePerRun } from './once.ts';

const program = '/usr/sbin/samba';
/** Debian's own Python: the bindings of Samba are its alone. */
const python = '/usr/bin/python3';
const provision = fileURLToPath(new URL('samba/provision.py', import.meta.url));
const realm = 'CORP.EXAMPLE.TEST';
const domain = 'CORP';
const ports = [389, 636, 3268, 3269];
const patienceMs = 120_000;

/** A domain controller of CORP.EXAMPLE.TEST, seeded by `samba/seed.py`. */
export interface Samba {
  /** A loopback address of its own. */
  host: string;
  /** Its name, which its certificate has too. */
  name: string;
  /** LDAPS; and LDAP, for StartTLS. */
  url: string;
  startTlsUrl: string;
  /** PEM. */
  ca: string;
  baseDn: string;
  bindName: string;
  bindPassword: string;
  adminDn: string;
  adminPassword: string;
  /** Of everybody else. */
  password: string;
}

const ours = {
  name: 'dc1.corp.example.test',
  baseDn: 'DC=corp,DC=example,DC=test',
  bindName: 'svc-gateway@corp.example.test',
  bindPassword: 'Svc!Gateway1',
  adminDn: 'CN=Administrator,CN=Users,DC=corp,DC=example,DC=test',
  adminPassword: 'Adm1n!Passw0rd',
  password: 'Passw0rd!',
};

/** Its ports cannot be changed, so whoever is not root can start it only where the system lets them. */
const mayListen = (): boolean =>
  process.getuid?.() === 0 ||
  Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8')) <= Math.min(...ports);

export const isSambaHere = (): boolean => existsSync(program) && existsSync('/usr/share/samba/setup') && mayListen();

/**
 * To be called in a suite's first `before`: the run's one domain controller, which many suites use at once, so that each
 * changes only what it has itself added. Without Samba the suite is skipped.
 */
export async function needSamba(suite: Mocha.Context): Promise<Samba> {
  if (!isSambaHere()) suite.skip();
  suite.timeout(patienceMs);
  return oncePerRun('samba', async (folder) => (await start(folder)).samba);
}

/** A domain controller of the suite's own, with the same domain: to be stopped, stalled and changed at will. */
export async function startSamba(): Promise<Samba & KeptServer> {
  const { samba, server } = await start(testFolder());
  return { ...samba, ...server };
}

/** ldapts' own client, bound as the domain's administrator: for what a test changes in the directory. */
export async function administratorOf(
  server: Pick<Samba, 'url' | 'ca' | 'adminDn' | 'adminPassword'>,
): Promise<Client> {
  const client = new Client({
    url: server.url,
    tlsOptions: { ca: [server.ca] },
    timeout: 20_000,
    connectTimeout: 20_000,
  });
  await client.bind(server.adminDn, server.adminPassword);
  return client;
}

/** The domain, provisioned and seeded, as files that nobody serves; the run's servers begin as copies of it. */
const snapshot = (): Promise<string> =>
  oncePerRun('samba-snapshot', async (folder) => {
    const target = join(folder, 'domain');
    const args = ['-B', provision, target, realm, domain, ours.adminPassword, ours.bindPassword];
    await promisify(execFile)(python, args, { timeout: patienceMs });
    return target;
  });

async function start(folder: string): Promise<{ samba: Samba; server: KeptServer }> {
  const [from, host] = [await snapshot(), await ownLoopback(ports)];
  const home = join(folder, 'dc');
  cpSync(from, home, { recursive: true, preserveTimestamps: true });
  const authority = new TestAuthority('Test Domain Authority');
  const { key, cert } = authority.issue({ names: [ours.name, 'corp.example.test', host] });
  for (const [file, text] of Object.entries({ 'ca.pem': authority.cert, 'dc.pem': cert, 'dc.key': key })) {
    writeFileSync(join(folder, file), text, { mode: 0o600 });
  }
  for (const part of ['etc', 'run', 'cache', 'log']) mkdirSync(join(home, part), { recursive: true });
  const settings = join(home, 'etc', 'smb.conf');
  writeFileSync(settings, configuration(folder, home, host));
  const samba: Samba = { ...ours, host, url: `ldaps://${host}`, startTlsUrl: `ldap://${host}`, ca: authority.cert };
  const words = [program, '-F', '-M', 'prefork', '-s', settings];
  const server = await keepServer(folder, words, () => isSynchronised(samba));
  await lockErin(samba);
  return { samba, server };
}

/** It answers before it is ready, and says so. */
async function isSynchronised({ url, ca }: Samba): Promise<boolean> {
  const client = new Client({ url, tlsOptions: { ca: [ca] }, timeout: 2_000, connectTimeout: 2_000 });
  try {
    const { searchEntries } = await client.search('', { scope: 'base', attributes: ['isSynchronized'] });
    return searchEntries[0]?.['isSynchronized'] === 'TRUE';
  } catch {
    return false;
  } finally {
    await client.unbind().catch(() => {});
  }
}

/** Really locked, by wrong passwords: what is written in the directory alone does not have the same consequences. */
async function lockErin({ url, ca }: Samba): Promise<void> {
  for (let times = 0; times < 4; times++) {
    const client = new Client({ url, tlsOptions: { ca: [ca] }, timeout: 10_000 });
    await client.bind('erin@corp.example.test', 'wrong').catch(() => {});
    await client.unbind();
  }
}

const configuration = (folder: string, home: string, host: string): string => `
[global]
  server role = active directory domain controller
  realm = ${realm}
  workgroup = ${domain}
  netbios name = DC1
  interfaces = ${host}/8
  bind interfaces only = yes
  server services = ldap
  idmap_ldb:use rfc2307 = yes
  private dir = ${home}/private
  state directory = ${home}/state
  cache directory = ${home}/cache
  lock directory = ${home}
  binddns dir = ${home}/bind-dns
  pid directory = ${home}/run
  ncalrpc dir = ${home}/run/ncalrpc
  winbindd socket directory = ${home}/run/winbindd
  ntp signd socket directory = ${home}/run/ntp_signd
  log file = ${home}/log/samba.log
  logging = file
  log level = 1 auth_audit:3
  max log size = 0
  tls enabled = yes
  tls priority = NORMAL:-VERS-TLS1.0:-VERS-TLS1.1
  tls keyfile = ${folder}/dc.key
  tls certfile = ${folder}/dc.pem
  tls cafile = ${folder}/ca.pem
`;
