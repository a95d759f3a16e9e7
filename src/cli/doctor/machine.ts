import { accessSync, constants, existsSync, type Stats, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { Config } from '../../platform/config/settings.ts';
import { isPostgres } from '../../platform/database/database.ts';
import { openKeyring } from '../../platform/secrets/keyring.ts';
import { fail, type Finding, ok, warn } from './finding.ts';

const nodeWanted = 24;

/** Node's version, and who runs it. */
export function lookAtNode(): Finding[] {
  const version = process.versions.node;
  if (Number(version.split('.')[0]) < nodeWanted) {
    return [
      fail(`Node ${version} runs this.`, `Install Node ${nodeWanted} or newer, or run npm ci, which brings one.`),
    ];
  }
  const findings = [ok(`Node ${version}.`)];
  if (process.getuid?.() === 0) {
    findings.push(warn('This runs as root.', 'Run Carillon as a user of its own, so that it can reach nothing else.'));
  }
  return findings;
}

const modeOf = ({ mode }: Stats): string => (mode & 0o777).toString(8).padStart(3, '0');

/** Whether a folder is there, ours, writable, and closed to others. */
function lookAtFolder(path: string, setting: string): Finding[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) {
    const parent = nearestFolder(path);
    return mayWrite(parent)
      ? [ok(`${path} is not there yet: the first start makes it.`)]
      : [
          fail(
            `${path} is not there, and this user may not make it.`,
            `Make it, or let ${setting} name another folder.`,
          ),
        ];
  }
  if (!stats.isDirectory()) return [fail(`${path} is no folder.`, `Let ${setting} name a folder.`)];
  const foreign = ownerFinding(path, stats);
  if (foreign) return [foreign];
  if (!mayWrite(path)) return [fail(`This user may not write in ${path}.`, `chmod u+rwx ${path}`)];
  if (stats.mode & 0o022) return [fail(`Others may write in ${path} (mode ${modeOf(stats)}).`, `chmod go-rwx ${path}`)];
  return [ok(`${path} can be written.`)];
}

function ownerFinding(path: string, { uid }: Stats): Finding | null {
  const me = process.getuid?.();
  if (me === undefined || uid === me) return null;
  return me === 0
    ? warn(
        `${path} belongs to the user ${uid}, and root is looking.`,
        `Call carillon as that user: sudo -u '#${uid}' …`,
      )
    : fail(
        `${path} belongs to the user ${uid}, not to this one (${me}).`,
        `Call carillon as that user, or chown -R ${me} ${path}`,
      );
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | (statSync(path).isDirectory() ? constants.X_OK : 0));
    return true;
  } catch {
    return false;
  }
}

function nearestFolder(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? parent : nearestFolder(parent);
}

/** A file that only its owner may read. */
function lookAtFile(path: string): Finding[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  const foreign = ownerFinding(path, stats);
  if (foreign) return [foreign];
  if (!mayWrite(path)) return [fail(`This user may not read and write ${path}.`, `chmod u+rw ${path}`)];
  if (stats.mode & 0o077) return [fail(`Others may open ${path} (mode ${modeOf(stats)}).`, `chmod 600 ${path}`)];
  return [];
}

/** The folder of the data, the database's files in it, and the room that is left. */
export function lookAtData({ dataDir, databaseUrl }: Config): Finding[] {
  const files = isPostgres(databaseUrl) ? [] : ['', '-wal', '-shm'].map((end) => databaseUrl + end);
  return [...lookAtFolder(dataDir, 'DATA_DIR'), ...files.flatMap(lookAtFile), ...lookAtRoom(dataDir)];
}

const mega = 1_048_576;
const tight = 200 * mega;
const scarce = 1_024 * mega;

function lookAtRoom(path: string): Finding[] {
  const { bavail, bsize } = statfsSync(existsSync(path) ? path : nearestFolder(path));
  const left = bavail * bsize;
  const found = `${Math.floor(left / mega).toLocaleString('en')} MB are free for ${path}.`;
  const mend = 'Make room: on a full disk nothing can be written, so nobody can be let in or put out.';
  if (left < tight) return [fail(found, mend)];
  return [left < scarce ? warn(found, mend) : ok(found)];
}

/** The folder of the keys, and the keyring: without it nothing that is sealed in the database can be opened. */
export function lookAtKeys({ certsDir, databaseUrl }: Config): Finding[] {
  const folder = lookAtFolder(certsDir, 'CERTS_DIR');
  const path = join(certsDir, 'keyring.json');
  if (!existsSync(path)) {
    if (isPostgres(databaseUrl)) return folder; // whether it must be there is for the database to say
    const used = existsSync(databaseUrl);
    return used
      ? [
          ...folder,
          fail(
            `The database is there, and the keyring ${path} is not: a start would make another, which opens nothing.`,
            'Restore it from a backup, or let CERTS_DIR name the folder that it is in.',
          ),
        ]
      : [...folder, ok('There is no keyring yet: the first start makes it.')];
  }
  const wrong = [...folder.filter(({ state }) => state !== 'ok'), ...lookAtFile(path)];
  if (wrong.length > 0) return wrong;
  if ((statSync(certsDir).mode & 0o777) !== 0o700) {
    return [fail(`Others may look into ${certsDir}, where the keys are.`, `chmod 700 ${certsDir}`)];
  }
  openKeyring(certsDir); // changes nothing, of a folder that is as it must be and a file that is there
  return [ok(`The keyring in ${certsDir} can be read.`)];
}

/** The file of the log. */
export function lookAtLog({ logFile }: Config): Finding[] {
  if (logFile === '-') return [ok('The log goes to standard error.')];
  if (!existsSync(logFile)) {
    return mayWrite(nearestFolder(logFile))
      ? [ok(`The log will be at ${logFile}.`)]
      : [fail(`The log cannot be made at ${logFile}.`, 'Let LOG_FILE name a file that this user may write, or -.')];
  }
  if (mayWrite(logFile)) return [ok(`The log at ${logFile} can be written.`)];
  return [fail(`The log at ${logFile} cannot be written.`, 'Give it to this user, or let LOG_FILE name another file.')];
}

/** The port: free, or ours already. */
export async function lookAtPort({ host, port, tlsCertificate }: Config): Promise<Finding[]> {
  if (port === 0) return [ok('A free port is taken at each start.')];
  const at = `${host}:${port}`;
  const code = await bindable(host, port);
  if (code === null) return [ok(`Port ${at} is free: the server does not run.`)];
  if (code === 'EADDRINUSE') {
    if (await isCarillon(host, port, tlsCertificate !== undefined)) return [ok(`Carillon is listening on ${at}.`)];
    return [fail(`Another program listens on ${at}.`, 'Stop it, or choose another PORT.')];
  }
  const mends: Record<string, string> = {
    EACCES: 'Ports below 1024 are for root: choose another PORT, with a proxy in front, or grant CAP_NET_BIND_SERVICE.',
    EADDRNOTAVAIL: 'HOST is no address of this machine: 127.0.0.1 is for this machine alone, 0.0.0.0 for all.',
    ENOTFOUND: 'HOST is a name that is not known here: give an IP address of this machine.',
  };
  return [fail(`Nothing can listen on ${at} (${code}).`, mends[code] ?? 'Choose another HOST or PORT.')];
}

const bindable = (host: string, port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });

/** Asks whoever listens there for /healthz: at the address itself, so that no proxy answers. */
async function isCarillon(host: string, port: number, tls: boolean): Promise<boolean> {
  const to = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const { request } = tls ? await import('node:https') : await import('node:http');
  return new Promise((resolve) => {
    const options = { host: to, port, path: '/healthz', timeout: 2000, rejectUnauthorized: false };
    const asked = request(options, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (some: string) => (body += some));
      answer.on('end', () => resolve(answer.statusCode === 200 && body.includes('"status":"ok"')));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
