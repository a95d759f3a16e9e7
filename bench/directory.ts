// Directories: whole sign-ins beside what the directory alone gives one client, reading 20,000 people with 500 nested
// groups, and how soon a change there is one here.
// Run: npm run bench -- directory, or npm run bench:directory [seconds] [connections,…] [people] [groups]; without
// connections (0) it only reads.
import { setTimeout as pause } from 'node:timers/promises';
import { Attribute, Change, Client, Control } from 'ldapts';
import { refreshStatistics } from '../src/platform/database/postgres/statistics.ts';
import { createGroup } from '../src/directory/groups/groups.ts';
import { mapGroup } from '../src/directory/groups/mappings.ts';
import { equals } from '../src/directory/ldap/client/filters.ts';
import type { Directory } from '../src/directory/ldap/directory.entity.ts';
import type { DirectoryKind } from '../src/directory/ldap/kinds.ts';
import { DirectoryFollower } from '../src/directory/ldap/sync/follower.ts';
import { guidOf } from '../src/directory/ldap/sync/reading/person.ts';
import { shapeOf } from '../src/directory/ldap/sync/reading/shape.ts';
import { ldapSource } from '../src/directory/ldap/sync/source.ts';
import { stateOf, wantFull } from '../src/directory/ldap/sync/state/states.ts';
import type { DirectoryScope } from '../src/directory/groups/scope.ts';
import type { House } from '../src/app.ts';
import { startCarillon } from '../src/main.ts';
import { entitlement } from '../src/users/entitlement/entitlement.ts';
import { UserTable } from '../src/users/user.entity.ts';
import { connectedCompany, type Served } from '../test/directory/ldap/company.ts';
import { mochaGlobalSetup, mochaGlobalTeardown } from '../test/support/hooks.ts';
import { testConfig, testHouse } from '../test/support/house.ts';
import { freePorts } from '../test/support/port.ts';
import { isSambaHere, startSamba } from '../test/support/samba.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../test/support/slapd.ts';
import { until } from '../test/support/until.ts';
import { onBoth, type Stand } from './databases.ts';
import type { Load } from './directory-load.ts';
import { Driver } from './load.ts';
import { type Line, printLines, shareOf } from './table.ts';

const [seconds = '5', connections = '1,8', people = '20000', nested = '500'] = process.argv.slice(2);
const groups = Number(nested);
const changes = 20;
const base = 'dc=ldap,dc=example,dc=test';
const dnOf = (i: number): string => `uid=p${i},ou=people,${base}`;
const groupOf = (i: number): string => `cn=g${i},ou=groups,${base}`;
const addressOf = (i: number): string => `p${i}@ldap.example.test`;

/** Everybody is in one of the groups, which are in each other as a tree; the first one has the tier. */
function company(count: number): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    lines.push(
      `\ndn: ${dnOf(i)}\nobjectClass: inetOrgPerson\nuid: p${i}\ncn: Person ${i}\nsn: Person\ngivenName: P${i}`,
      `displayName: Person ${i}\nmail: ${addressOf(i)}\ntitle: Engineer\nuserPassword: Passw0rd!`,
    );
  }
  for (let i = 0; i < groups; i++) {
    const members = Array.from({ length: Math.ceil(count / groups) }, (_, k) => i + k * groups).filter(
      (k) => k < count,
    );
    const below = [2 * i + 1, 2 * i + 2].filter((k) => k < groups);
    lines.push(`\ndn: ${groupOf(i)}\nobjectClass: groupOfNames\ncn: g${i}`);
    lines.push([...members.map(dnOf), ...below.map(groupOf)].map((dn) => `member: ${dn}`).join('\n'));
  }
  return `${lines.join('\n')}\n`;
}

/** Connects an account to a server, and gives one of its groups a tier. */
async function connect(
  house: House,
  kind: DirectoryKind,
  server: Served,
  domain: string,
  groupName: string,
): Promise<{ scope: DirectoryScope; directory: Directory }> {
  const { ground, ldap } = house;
  const made = await connectedCompany(house, kind, server, [domain]);
  const shape = shapeOf(made.directory);
  const [group] = await ldap.of(made.directory).search({
    base: shape.base,
    filter: equals(shape.attributes.groupName, groupName),
    attributes: [shape.attributes.guid],
  });
  const externalId = guidOf(group!, shape);
  await ground.db.write((m) => createGroup(ground, m, made.scope, { displayName: groupName, externalId }));
  await mapGroup(ground, made.scope, { groupName, tier: 'Pro' });
  return made;
}

/** One poll by itself: what it took of time, of the processor, and of memory at its peak. */
async function read(house: House, scope: DirectoryScope, what: string): Promise<Line> {
  const follower = new DirectoryFollower(house.ground, ldapSource(house.ground, house.ldap));
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  await follower.poll({ ...scope, name: 'bench', changedAt: 0 });
  const took = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(watch);
  await follower.stop();
  const state = (await stateOf(house.ground.db.read, scope.connectionId))!;
  if (state.failingSince !== null) throw new Error(state.errorDetail ?? 'the read failed');
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const note = `${state.people} people, ${state.groups} groups; ${megabytes(before)} MB before, ${megabytes(peak)} MB at the peak`;
  return { what, times: [took], cpuMs: (user + system) / 1000, note };
}

async function reads({ name, folder, databaseUrl }: Stand, slapd: Slapd): Promise<DirectoryScope> {
  const house = await testHouse(testConfig({ databaseUrl, outboundPrivateHosts: [slapd.host] }, folder));
  // As the server's own jobs do; the rest of them would follow the directory beside what is measured.
  const statistics = setInterval(() => void refreshStatistics(house.ground.db), 500);
  try {
    const { scope } = await connect(house, 'openldap', slapd, 'ldap.example.test', 'g0');
    const lines = [await read(house, scope, 'first whole read, with all writes')];
    await house.ground.db.write((m) => wantFull(m, scope.connectionId));
    lines.push(await read(house, scope, 'whole read that finds everything as it was'));
    lines.push(await read(house, scope, 'poll that finds no change'));
    printLines(`Reading ${people} people and ${groups} nested groups from slapd into ${name}`, lines);
    return scope;
  } finally {
    clearInterval(statistics);
    await house.stop();
  }
}

/** From the directory's answer to a change to the moment when the person is out, or may be in, here. */
async function latency(name: string, slapd: Slapd, house: House, scope: DirectoryScope): Promise<void> {
  const owner = new Client({ url: slapd.url, tlsOptions: { ca: [slapd.ca], checkServerIdentity: () => undefined } });
  await owner.bind(slapd.adminDn, slapd.adminPassword);
  const relax = new Control('1.3.6.1.4.1.4203.666.5.12', { critical: true });
  const on = house.ground.db.read;
  const user = (await on.findOneBy(UserTable, { accountId: scope.accountId, primaryAddressKey: addressOf(7) }))!;
  const times: Record<'disabled' | 'enabled' | 'left' | 'joined', number[]> = {
    disabled: [],
    enabled: [],
    left: [],
    joined: [],
  };
  const member = (operation: 'add' | 'delete'): Promise<void> =>
    owner.modify(
      groupOf(7 % groups),
      new Change({ operation, modification: new Attribute({ type: 'member', values: [dnOf(7)] }) }),
    );
  const lock = (operation: 'add' | 'delete'): Promise<void> => {
    const modification = new Attribute({
      type: 'pwdAccountLockedTime',
      values: operation === 'add' ? ['000001010000Z'] : [],
    });
    return owner.modify(dnOf(7), new Change({ operation, modification }), relax);
  };
  const seen = async (into: number[], change: Promise<void>, maySignIn: boolean): Promise<void> => {
    await change;
    const from = performance.now();
    await until(async () => (await entitlement(on, user.id)).maySignIn === maySignIn, 60_000);
    into.push(performance.now() - from);
    await pause(Math.random() * 1_000); // so that changes come at any moment between two polls
  };
  for (let i = 0; i < changes; i++) {
    await seen(times.disabled, lock('add'), false);
    await seen(times.enabled, lock('delete'), true);
    await seen(times.left, member('delete'), false);
    await seen(times.joined, member('add'), true);
  }
  await owner.unbind();
  printLines(
    `A change in slapd, until it counts here (${name}; polls of 1 s, ${people} people)`,
    Object.entries(times).map(([what, took]) => ({ what, times: took })),
  );
}

async function signIns(
  name: string,
  url: string,
  bareCommits: Stand['bareCommits'],
  load: Omit<Load, 'carillon' | 'work' | 'connections' | 'seconds'>,
): Promise<void> {
  const driver = new Driver('./directory-load.ts');
  const run = (count: number, span: number, work: Load['work']) =>
    driver.run({ ...load, carillon: url, work, connections: count, seconds: span } satisfies Load);
  try {
    await run(4, 2, 'sign-in');
    const lines: Line[] = [];
    for (const count of connections.split(',').map(Number)) {
      const rows: Line[] = [];
      // The sign-in between the two: what else the machine does changes from one row to the next.
      for (const work of ['bind', 'sign-in', 'search and bind'] as const) {
        const { times, seconds: span, cpuMs } = await run(count, Number(seconds), work);
        const row: Line = { what: `floor: bare ${work}`, connections: count, times: times['times']!, seconds: span };
        rows.push(work === 'sign-in' ? { ...row, what: work, cpuMs } : row);
      }
      const [bind, line, both] = rows as [Line, Line, Line];
      const note = `${shareOf(bind, line)} (bind), ${shareOf(both, line)} (search and bind)`;
      lines.push(bind, both, { ...line, note }, await bareCommits(count));
    }
    printLines(`Sign-in at ${name}, ${seconds} s a row`, lines);
  } finally {
    driver.end();
  }
}

/** A whole server over the database that is there, which follows the directories meanwhile. */
async function served(
  { name, folder, databaseUrl, bareCommits }: Stand,
  slapd: (Slapd & { scope: DirectoryScope }) | null,
): Promise<void> {
  const port = await freePorts();
  const url = `http://127.0.0.1:${port}`;
  const samba = isSambaHere() ? await startSamba() : null;
  const hosts = [slapd?.host, samba?.host].filter((host) => host !== undefined);
  const overrides = { port, publicUrl: url, databaseUrl, outboundPrivateHosts: hosts, signInRate: 1_000_000 };
  const carillon = await startCarillon(testConfig({ ...overrides, logLevel: 'info' }, folder));
  const { house } = carillon;
  try {
    if (slapd) {
      const values = Array.from({ length: 500 }, (_, i) => addressOf(i));
      await signIns(`slapd, ${name}`, url, bareCommits, { directory: slapd, people: { attribute: 'mail', values } });
      await latency(name, slapd, house, slapd.scope);
    }
    if (samba) {
      const { accountId } = (await connect(house, 'samba', samba, 'example.test', 'Chime-Basic')).scope;
      const values = ['alice@example.test'];
      await until(async () => {
        const alice = await house.ground.db.read.findOneBy(UserTable, { accountId, primaryAddressKey: values[0]! });
        return alice && (await entitlement(house.ground.db.read, alice.id)).maySignIn;
      }, 600_000);
      await signIns(`Samba, ${name}`, url, bareCommits, { directory: samba, people: { attribute: 'mail', values } });
    }
  } finally {
    await carillon.stop();
    await samba?.stop();
  }
}

/** Servers live in the folder of a run: that of the private PostgreSQL server, or one of its own. */
async function measure(stand: Stand): Promise<void> {
  const own = process.env['TEST_RUN_FOLDER'] === undefined;
  if (own) mochaGlobalSetup();
  try {
    const slapd = isSlapdHere() ? await startSlapd({ ldif: company(Number(people)) }) : null;
    const scope = slapd && (await reads(stand, slapd));
    if (connections !== '0') await served(stand, slapd && scope && { ...slapd, scope });
    await slapd?.stop();
  } finally {
    if (own) {
      await mochaGlobalTeardown();
      delete process.env['TEST_RUN_FOLDER'];
    }
  }
}

if (!isSlapdHere()) process.stdout.write('\nOpenLDAP is not installed here: left out.\n');
if (!isSambaHere()) process.stdout.write('\nSamba is not installed here: left out.\n');
await onBoth(measure);
