// Own accounts: password sign-ins beside what argon2id alone gives in the same run; what others wait while 500 guess at
// once; and whether the time of an answer tells who is known.
// Run: npm run bench -- own, or npm run bench:own [seconds] [connections,…] [samples]
import { verify } from '@node-rs/argon2';
import { nobodys } from '../src/accounts/accounts/nobodys.ts';
import { makePerson } from '../src/auth/own/register.ts';
import { startCarillon, type Carillon } from '../src/main.ts';
import { rows } from '../src/platform/database/run.ts';
import { sql } from '../src/platform/database/sql.ts';
import { hashPassword } from '../src/platform/secrets/passwords.ts';
import { sayNo } from '../src/users/lifecycle/causes.ts';
import { testCompany } from '../test/support/company.ts';
import { testConfig } from '../test/support/house.ts';
import { freePorts } from '../test/support/port.ts';
import { onBoth, type Stand } from './databases.ts';
import { Driver, repeat, timed } from './load.ts';
import { type Load, personAt } from './own-load.ts';
import { type Line, percentile, printLines, shareOf } from './table.ts';
import { welch } from './welch.ts';

const [seconds = '5', connections = '2,8', samples = '1000'] = process.argv.slice(2);
const password = 'three ferries cross at noon';
const people = 400;
const wanted = Number(samples);
/** Mails to one address in an hour, whoever asks. */
const mailsEach = 5;

/** What argon2id gives by itself, as many at once as the thread pool takes. */
async function floor(hash: string): Promise<Line> {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const span = await repeat(2, Number(seconds), async () => void (await timed(times, verify(hash, password))));
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1000;
  return { what: 'floor: argon2id alone', connections: 2, times, seconds: span, cpuMs };
}

async function settle({ house }: Carillon, hash: string): Promise<{ suspended: number }> {
  const { ground } = house;
  const suspended = Math.ceil(wanted / mailsEach);
  const all = people + suspended;
  for (let from = 0; from < all; from += 100) {
    await ground.db.write(async (m) => {
      for (let i = from; i < Math.min(all, from + 100); i++) {
        const made = { address: personAt(i), displayName: null, passwordHash: hash };
        const { user } = await makePerson(ground, m, { ...nobodys }, made);
        if (i >= people) await sayNo(ground, m, user, 'administrator', 'bench');
      }
    });
  }
  await testCompany(house, 'acme.example');
  return { suspended };
}

async function measure({ name, folder, databaseUrl }: Stand): Promise<void> {
  const driver = new Driver('./own-load.ts');
  const port = await freePorts();
  const url = `http://127.0.0.1:${port}`;
  const more = { trustedProxies: ['127.0.0.1'], signInRate: 1_000_000, logLevel: 'error' as const };
  // Nobody listens there: the mails are written as ever, and not sent.
  const mail = { smtpUrl: `smtp://127.0.0.1:${await freePorts()}` };
  const config = testConfig({ port, publicUrl: url, databaseUrl, ...more, ...mail }, folder);
  const carillon = await startCarillon(config);
  const run = (load: Load) => driver.run(load);
  try {
    const hash = await hashPassword(password);
    await settle(carillon, hash);
    const bare = await floor(hash);
    const lines: Line[] = [bare];
    for (const count of connections.split(',').map(Number)) {
      const load = { kind: 'sign-in', url, connections: count, seconds: Number(seconds), people, password } as const;
      const { times, seconds: span, cpuMs } = await run(load);
      const line = { times: times['signIns']!, seconds: span };
      lines.push({ what: 'password sign-in', connections: count, ...line, cpuMs, note: shareOf(bare, line) });
    }
    const calm: number[] = [];
    await repeat(
      1,
      1,
      async () =>
        void (await timed(
          calm,
          fetch(`${url}/healthz`).then((a) => a.arrayBuffer()),
        )),
    );
    const flooded = await run({ kind: 'flood', url, attempts: 500 });
    const { healthz = [], tried = [], shed = [] } = flooded.times;
    lines.push({ what: '/healthz, nothing else', connections: 1, times: calm });
    lines.push({ what: '/healthz, 500 sign-ins at once', connections: 1, times: healthz });
    lines.push({ what: 'of the 500: verified', connections: 500, times: tried, note: `${tried.length} of 500` });
    lines.push({ what: 'of the 500: 429, Retry-After', connections: 500, times: shed, note: `${shed.length} of 500` });
    printLines(`Own accounts on ${name}, ${seconds} s a row`, lines);
    await compare(carillon, run, url, name);
  } finally {
    driver.end();
    await carillon.stop();
  }
}

/** Whether answers to addresses of several sorts differ in time: for each, beside the unknown ones. */
async function compare(
  { house }: Carillon,
  run: (load: Load) => ReturnType<Driver['run']>,
  url: string,
  name: string,
): Promise<void> {
  const of = (address: (i: number) => string): string[] =>
    Array.from({ length: wanted }, (_, i) => address(Math.floor(i / mailsEach)));
  for (const path of ['/signin/own', '/register', '/reset']) {
    const addresses = {
      unknown: of((i) => `nobody${i}@own.example`),
      known: of((i) => personAt(i % people)),
      suspended: of((i) => personAt(people + i)),
      'other domain': of((i) => `somebody${i}@acme.example`),
    };
    const guess = path === '/signin/own' ? 'a wrong one, of course' : '';
    const { times } = await run({ kind: 'alike', url, path, addresses, password: guess });
    const { unknown = [], ...others } = times;
    const lines: Line[] = [{ what: 'unknown', times: unknown }];
    for (const [what, each] of Object.entries(others)) {
      const { difference, t, p } = welch(unknown, each);
      const note = `mean ${difference.toFixed(3)} ms apart, t ${t.toFixed(2)}, p ${p.toFixed(3)}`;
      lines.push({ what, times: each, note });
    }
    const median = percentile(unknown, 0.5).toFixed(2);
    printLines(`POST ${path} on ${name}: ${wanted} of each sort, one after another (median ${median} ms)`, lines);
    await house.ground.db.write((m) => rows(m, sql`DELETE FROM "mails"`));
  }
}

await onBoth(measure);
