import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testFolder } from './folder.ts';
import { until } from './until.ts';

const program = '/usr/sbin/apache2';
const modules = '/usr/lib/apache2/modules';
const wanted = [
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'dir',
  'mime',
  'filter',
  'include',
  'env',
  'auth_openidc',
];
const keeper = fileURLToPath(new URL('keeper.ts', import.meta.url));
const patienceMs = 30_000;

/** To be called in a suite's first `before`: without Apache and mod_auth_openidc the suite is skipped. */
export function skipWithoutApache(suite: Mocha.Context): void {
  if (!existsSync(program) || !existsSync(join(modules, 'mod_auth_openidc.so'))) suite.skip();
}

export interface ApacheOptions {
  port: number;
  /** What an administrator would write into the site's configuration; `${SITE}` is the folder of `files`. */
  configuration: string;
  /** path → text; what ends with `.shtml` shows variables (mod_include). */
  files: Record<string, string>;
}

export interface Apache {
  url: string;
  /** What it has logged. */
  log: () => string;
  stop: () => Promise<void>;
}

/**
 * Debian's Apache with mod_auth_openidc, at a loopback port, with everything of its own in a folder of the test's; it
 * ends with the test run, however that ends.
 * @throws Error with its log, when it does not start
 */
export async function startApache({ port, configuration, files }: ApacheOptions): Promise<Apache> {
  const folder = testFolder();
  const site = join(folder, 'site');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), text);
  }
  const log = join(folder, 'error.log');
  writeFileSync(log, '');
  writeFileSync(join(folder, 'apache.conf'), `${ground(folder, port)}\n${configuration}\n`, { mode: 0o600 });
  const owner = ownerOf(folder);
  const args = ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'];
  const child = spawn(process.execPath, [keeper, program, JSON.stringify(args), ...owner], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const gone = once(child, 'exit');
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`Apache ended:\n${said}${readFileSync(log, 'utf8')}`);
      return listens(port);
    }, patienceMs);
  } catch (error) {
    child.stdin.end();
    await gone;
    throw error;
  }
  return {
    url: `http://localhost:${port}`,
    log: () => readFileSync(log, 'utf8'),
    stop: async () => {
      child.stdin.end();
      await gone;
    },
  };
}

/** What Debian's own apache2.conf does, in a folder of the test's. */
const ground = (folder: string, port: number): string => `
ServerRoot "${folder}"
Define SITE "${folder}/site"
DefaultRuntimeDir "${folder}"
PidFile "${folder}/apache.pid"
ErrorLog "${folder}/error.log"
Listen 127.0.0.1:${port}
ServerName http://localhost:${port}
${wanted.map((name) => `LoadModule ${name}_module "${modules}/mod_${name}.so"`).join('\n')}
StartServers 1
MinSpareThreads 1
MaxSpareThreads 25
ThreadsPerChild 25
MaxRequestWorkers 25
TypesConfig /etc/mime.types
DocumentRoot "${folder}/site"
<Directory "${folder}/site">
  Options +Includes
  AddType text/html .shtml
  AddOutputFilter INCLUDES .shtml
  DirectoryIndex index.shtml
  Require all granted
</Directory>`;

/** Apache answers nobody as root: Debian's package has made a user for it, who must reach the folder. */
function ownerOf(folder: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('www-data:'));
  const [, , uid = '', gid = ''] = line?.split(':') ?? [];
  const run = process.env['TEST_RUN_FOLDER'];
  if (run !== undefined) chmodSync(run, 0o711);
  chmodSync(folder, 0o700);
  for (const path of [folder, join(folder, 'apache.conf'), join(folder, 'error.log')]) {
    chownSync(path, Number(uid), Number(gid));
  }
  return [uid, gid];
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
