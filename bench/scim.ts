// SCIM writes over kept connections: creates and deactivations, and one member of a group of 50,000, on both databases,
// beside what the same database commits at best. Run: npm run bench -- scim, or npm run bench:scim [seconds] [connections,…]
import { startJobs } from '../src/jobs.ts';
import { createScimKey } from '../src/directory/scim/keys/keys.ts';
import { mapGroup } from '../src/directory/groups/mappings.ts';
import { scimRoute } from '../src/directory/scim/route.ts';
import { createHttpServer } from '../src/platform/http/server.ts';
import { testCompany } from '../test/support/company.ts';
import { testConfig, testHouse } from '../test/support/house.ts';
import { onBoth, type Stand } from './databases.ts';
import { drive } from './load.ts';
import { idOfTwin, joinAll, makeTwins } from './people.ts';
import type { Load } from './scim-load.ts';
import { type Line, printLines, shareOf } from './table.ts';

const [seconds = '5', connections = '1,8,55'] = process.argv.slice(2);
const groupSize = 50_000;

async function measure({ name, folder, databaseUrl, bareCommits }: Stand): Promise<void> {
  const house = await testHouse(testConfig({ scimRate: 1_000_000, logLevel: 'info', databaseUrl }, folder));
  const jobs = startJobs(house); // the trail is sealed meanwhile, as in a server
  const { ground } = house;
  const acme = await testCompany(house);
  const { token } = await createScimKey(ground, acme.scope, { name: 'bench' });
  const { config, log } = ground;
  const app = (): void => undefined;
  const server = createHttpServer({ config, log, metrics: house.metrics, hot: [scimRoute(house)], app });
  const baseUrl = `http://127.0.0.1:${await server.listen()}/scim/v2`;
  try {
    const model = await acme.person('model');
    await ground.db.write((m) => makeTwins(m, model, groupSize));
    const group = await acme.group('Everybody');
    await ground.db.write((m) => joinAll(m, acme.scope.accountId, group.id));
    await mapGroup(ground, acme.scope, { groupName: 'Everybody', tier: 'Pro' });
    const run = async (load: Partial<Load> & Pick<Load, 'connections' | 'run'>): ReturnType<typeof drive> =>
      drive('./scim-load.ts', { baseUrl, token, seconds: Number(seconds), ...load } satisfies Load);
    await run({ connections: 8, seconds: 2, run: 'warm' });
    const lines: Line[] = [];
    for (const count of connections.split(',').map(Number)) {
      const floor = await bareCommits(count);
      lines.push(floor);
      const people = await run({ connections: count, run: `run${count}` });
      const memberIds = Array.from({ length: count }, (_, i) => idOfTwin(i));
      const members = await run({ connections: count, run: '', groupId: group.id, memberIds });
      for (const [what, load] of [
        ['creates and deactivations', people],
        [`a member of ${groupSize}`, members],
      ] as const) {
        const all = { times: Object.values(load.times).flat(), seconds: load.seconds };
        for (const [kind, times] of Object.entries(load.times))
          lines.push({ what: kind, connections: count, times, seconds: load.seconds });
        lines.push({ what, connections: count, ...all, cpuMs: load.cpuMs, note: shareOf(floor, all) });
      }
    }
    printLines(`SCIM on ${name}, ${seconds} s a row`, lines);
  } finally {
    await server.stop();
    await jobs.stop();
    await house.stop();
  }
}

await onBoth(measure);
