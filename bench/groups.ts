// Groups as large as they come: pushed whole by one request, while somebody else asks for a person again and again; the
// process's memory; and a check through thousands of groups in each other. Run: npm run bench -- groups [members]
import { mapGroup } from '../src/directory/groups/mappings.ts';
import { createScimKey } from '../src/directory/scim/keys/keys.ts';
import { scimRoute } from '../src/directory/scim/route.ts';
import { rows } from '../src/platform/database/run.ts';
import { Sql, sql } from '../src/platform/database/sql.ts';
import { createHttpServer } from '../src/platform/http/server.ts';
import { entitlement } from '../src/users/entitlement/entitlement.ts';
import { type Company, testCompany } from '../test/support/company.ts';
import { testConfig, testHouse } from '../test/support/house.ts';
import { onBoth, type Stand } from './databases.ts';
import type { GroupLoad } from './groups-load.ts';
import { drive, timed } from './load.ts';
import { makeTwins } from './people.ts';
import { type Line, printLines } from './table.ts';
import { idOfTwin } from './twins.ts';

const size = Number(process.argv[2] ?? 50_000);
const nested = 4_000;

async function measure({ name, folder, databaseUrl }: Stand): Promise<void> {
  const house = await testHouse(testConfig({ scimRate: 1_000_000, databaseUrl }, folder));
  const { ground } = house;
  const acme = await testCompany(house);
  const { token } = await createScimKey(ground, acme.scope, { name: 'bench' });
  const { config, log } = ground;
  const app = (): void => undefined;
  const server = createHttpServer({ config, log, metrics: house.metrics, hot: [scimRoute(house)], app });
  const baseUrl = `http://127.0.0.1:${await server.listen()}/scim/v2`;
  try {
    const model = await acme.person('model');
    await ground.db.write((m) => makeTwins(m, model, size));
    const group = await acme.group('Everybody');
    await mapGroup(ground, acme.scope, { groupName: 'Everybody', tier: 'Pro' });
    const lines: Line[] = [];
    const load = { baseUrl, token, groupId: group.id, personId: model.id, first: idOfTwin(0), size };
    for (const step of ['put', 'put again', 'patch half', 'patch all', 'remove all', 'put', 'delete'] as const) {
      const rss = process.memoryUsage().rss;
      const { times, cpuMs } = await drive('./groups-load.ts', { ...load, step } satisfies GroupLoad);
      const grown = `memory ${((process.memoryUsage().rss - rss) / 1e6).toFixed(0)} MB more`;
      lines.push({ what: `${step}, ${size} members`, times: times['change']!, cpuMs, note: grown });
      lines.push({ what: 'a person read meanwhile', times: times['read']!, note: longest(times['read']!) });
    }
    const through: number[] = [];
    const person = await nestedRing(house, acme);
    for (let i = 0; i < 50; i++) await timed(through, entitlement(ground.db.read, person));
    lines.push({ what: `a check through ${nested} groups in a ring`, times: through });
    printLines(`Large groups on ${name}`, lines);
  } finally {
    await server.stop();
    await house.stop();
  }
}

const longest = (times: readonly number[]): string => `longest ${Math.max(...times).toFixed(0)} ms`;

/** Groups of which each holds the one before, and the first the last; somebody in one of them. @returns their id */
async function nestedRing({ ground }: Awaited<ReturnType<typeof testHouse>>, acme: Company): Promise<string> {
  const { organisationId, accountId, connectionId } = acme.scope;
  const id = (value: string): Sql => sql`CAST(${value} AS varchar(64))`;
  const plain = (value: number): Sql => new Sql([String(value)], []);
  const count = sql`WITH RECURSIVE n("i") AS (SELECT 0 UNION ALL SELECT "i" + 1 FROM n WHERE "i" < ${plain(nested - 1)})`;
  const person = await acme.person('ringer');
  await ground.db.write(async (m) => {
    await rows(
      m,
      sql`INSERT INTO "directory_groups" ("id", "organisationId", "accountId", "connectionId", "displayName",
            "displayNameKey", "version", "createdAt", "updatedAt")
          ${count} SELECT 'ring' || "i", ${id(organisationId)}, ${id(accountId)}, ${id(connectionId)}, 'Ring ' || "i",
            'ring ' || "i", 1, 0, 0 FROM n`,
    );
    await rows(
      m,
      sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
          ${count} SELECT 'ring' || (("i" + 1) % ${plain(nested)}), 'ring' || "i", 'Group', ${id(accountId)}, 0 FROM n`,
    );
    await rows(
      m,
      sql`INSERT INTO "group_members" ("groupId", "memberId", "memberType", "accountId", "addedAt")
          VALUES ('ring7', ${person.id}, 'User', ${accountId}, 0)`,
    );
  });
  await mapGroup(ground, acme.scope, { groupName: 'Ring 0', tier: 'Pro' });
  return person.id;
}

await onBoth(measure);
