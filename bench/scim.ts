// What directories send over kept connections, on both databases: writes beside what the same database commits at best
// and beside peers, a member and a whole PUT of a group of 50,000, and reads among many people.
// Run: npm run bench -- scim, or npm run bench:scim [seconds] [connections,…] [people that are read]
import { mapGroup } from '../src/directory/groups/mappings.ts';
import { onBoth, type Stand } from './databases.ts';
import { Driver } from './load.ts';
import { peerLine } from './peers.ts';
import { joinAll, makeTwins } from './people.ts';
import type { Load } from './scim-load.ts';
import { startScim } from './scim-server.ts';
import { type Line, printLines, shareOf } from './table.ts';

const [seconds = '5', connections = '1,8,55', readPeople = '1000000'] = process.argv.slice(2);
const groupSize = 50_000;
const warmSeconds = 1.5;
/** Writes a second; a round of creating and deactivating makes two. */
const wantedRate = 600;
const everybody = Math.max(groupSize, Number(readPeople));
const counts = connections.split(',').map(Number);

async function measure(stand: Stand): Promise<void> {
  const { name, bareCommits } = stand;
  const { house, acme, baseUrl, token, stop } = await startScim(stand);
  const { ground } = house;
  const driver = new Driver('./scim-load.ts');
  try {
    const model = await acme.person('model');
    await ground.db.write((m) => makeTwins(m, model, groupSize));
    const group = await acme.group('Everybody');
    await ground.db.write((m) => joinAll(m, acme.scope.accountId, group.id));
    await mapGroup(ground, acme.scope, { groupName: 'Everybody', tier: 'Pro' });
    const small = await acme.group('Some');
    await mapGroup(ground, acme.scope, { groupName: 'Some', tier: 'Basic' });
    const run = async (load: Partial<Load> & Pick<Load, 'kind' | 'connections'>): ReturnType<Driver['run']> => {
      const whole = {
        baseUrl,
        token,
        seconds: Number(seconds),
        people: groupSize,
        groupId: small.id,
        run: '',
        ...load,
      };
      const called = `${whole.run}${load.kind}${load.connections}`;
      // Connections are open, and code is compiled, before anything counts.
      await driver.run({ ...whole, seconds: warmSeconds, run: `${called}warm` } satisfies Load);
      return driver.run({ ...whole, run: called } satisfies Load);
    };
    await run({ kind: 'okta', connections: 8, run: 'first' });
    for (const count of counts) {
      const floor = await bareCommits(count);
      const lines: Line[] = [floor];
      lines.push(
        ...asLines('creates and deactivations', count, await run({ kind: 'people', connections: count }), floor),
      );
      lines.push(...asLines('Okta’s mix', count, await run({ kind: 'okta', connections: count }), floor));
      lines.push(...asLines('Entra’s mix', count, await run({ kind: 'entra', connections: count }), floor));
      // As much as is asked for, and no more: a load without end tells of its own length, not of the server's.
      const offered =
        count > 1 && (await run({ kind: 'people', connections: count, rate: wantedRate / 2, run: 'offered' }));
      if (offered) lines.push(...asLines(`${wantedRate} writes a second, offered`, count, offered, floor));
      const members = await run({ kind: 'members', connections: count, groupId: group.id });
      lines.push(...asLines(`a member of ${groupSize}`, count, members, floor));
      const asPeer = { connections: count, seconds: Number(seconds), run: `peer${count}` };
      lines.push(await peerLine('peer: scimmy-routers, in memory', ['scimmy'], asPeer));
      lines.push(await peerLine('peer: saml-jackson, in memory', ['jackson'], asPeer));
      printLines(`SCIM on ${name}, ${count} connections, ${seconds} s a row`, lines);
    }
    const before = process.memoryUsage().rss;
    const replaced = await run({ kind: 'replace', connections: 1, groupId: group.id });
    const grown = `${((process.memoryUsage().rss - before) / 2 ** 20).toFixed(0)} MB more resident afterwards`;
    const put: Line = { what: `PUT of ${groupSize} members`, ...flat(replaced), cpuMs: replaced.cpuMs, note: grown };
    printLines(`A whole group on ${name}`, [put]);
    await ground.db.write((m) => makeTwins(m, model, everybody - groupSize, groupSize));
    if (name === 'PostgreSQL') await ground.db.write((m) => m.query('ANALYZE'));
    const reads: Line[] = [];
    for (const count of counts) {
      for (const kind of ['get', 'filter'] as const) {
        const load = await run({ kind, connections: count, people: everybody });
        reads.push(...asLines('', count, load, null));
      }
    }
    printLines(`SCIM reads among ${everybody} people on ${name}`, reads);
  } finally {
    driver.end();
    await stop();
  }
}

const flat = ({ times, seconds: took }: Pick<Awaited<ReturnType<Driver['run']>>, 'times' | 'seconds'>) => ({
  times: Object.values(times).flat(),
  seconds: took,
});

/** A row for each kind of request, and one for all; the writes of a mix have one of their own. */
function asLines(what: string, count: number, load: Awaited<ReturnType<Driver['run']>>, floor: Line | null): Line[] {
  const kinds = Object.entries(load.times);
  const lines: Line[] = kinds.map(([kind, times]) => ({
    what: kind,
    connections: count,
    times,
    seconds: load.seconds,
    ...(kinds.length === 1 && { cpuMs: load.cpuMs }),
  }));
  if (kinds.length === 1) return lines;
  const writes = flat({
    times: Object.fromEntries(kinds.filter(([kind]) => !kind.startsWith('read'))),
    seconds: load.seconds,
  });
  const all = flat(load);
  lines.push({ what, connections: count, ...all, cpuMs: load.cpuMs, note: floor ? shareOf(floor, all) : '' });
  if (floor && writes.times.length < all.times.length)
    lines.push({ what: `${what}: its writes`, connections: count, ...writes, note: shareOf(floor, writes) });
  return lines;
}

await onBoth(measure);
