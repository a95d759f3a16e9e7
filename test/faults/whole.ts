import assert from 'node:assert/strict';
import { artifactId } from '../../src/auth/provider/artifacts/ids.ts';
import { sql } from '../../src/platform/database/sql.ts';
import { Sealer } from '../../src/trail/seals/sealer.ts';
import { listChains, verifyChain } from '../../src/trail/verify/verify.ts';
import { until } from '../support/until.ts';
import type { Installation } from './installation.ts';

/** How many records there are of what was done under that name. */
export async function recordsOf(at: Installation, eventName: string): Promise<number> {
  const [found] = await at.read<{ count: string | number }>(
    sql`SELECT COUNT(*) AS "count" FROM "trail_records" WHERE "eventName" = ${eventName} AND "errorCode" IS NULL`,
  );
  return Number(found?.count);
}

/** Waits until everything that was to be done after a commit is done. */
export const drained = (at: Installation): Promise<unknown> =>
  until(async () => {
    const open = await at.read(
      sql`SELECT "id" FROM "outbox" WHERE "state" <> 'done'
          UNION ALL SELECT "id" FROM "logout_deliveries" WHERE "finishedAt" IS NULL`,
    );
    return open.length === 0;
  }, 15_000);

/** What must find no row, whatever process died when. */
const halves = {
  'a person without an address': sql`SELECT u."id" FROM "users" u WHERE NOT EXISTS
    (SELECT 1 FROM "user_addresses" a WHERE a."userId" = u."id")`,
  'an address of nobody': sql`SELECT a."userId" FROM "user_addresses" a WHERE NOT EXISTS
    (SELECT 1 FROM "users" u WHERE u."id" = a."userId")`,
  'a member who is nobody': sql`SELECT g."memberId" FROM "group_members" g WHERE NOT EXISTS
    (SELECT 1 FROM "users" u WHERE u."id" = g."memberId" AND u."deletedAt" IS NULL)`,
  'a mapping of no group': sql`SELECT t."id" FROM "tier_mappings" t WHERE NOT EXISTS
    (SELECT 1 FROM "directory_groups" g WHERE g."id" = t."groupId" AND g."displayName" = t."groupName")`,
  'a domain that is half removed': sql`SELECT "id" FROM "domains" WHERE "state" NOT IN ('verified', 'pending')`,
  'a code that was used up for nothing': sql`SELECT c."id" FROM "oidc_artifacts" c WHERE c."consumedAt" IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM "oidc_artifacts" t WHERE t."grantId" = c."grantId" AND t."model" = 'AccessToken')`,
  'an application that was not told of an end': sql`SELECT r."id" FROM "relying_party_sessions" r
    WHERE r."endedAt" IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM "logout_deliveries" d WHERE d."id" = r."id" AND d."state" = 'delivered')`,
  'a session that outlived its no': sql`SELECT s."id" FROM "sessions" s JOIN "users" u ON u."id" = s."principalId"
    WHERE s."endedAt" IS NULL AND s."epoch" < u."epoch"`,
};

/** A grant is kept under the hash of its id, by which what hangs off it names it. */
async function assertGrants(at: Installation): Promise<void> {
  const found = await at.read<{ id: string; grantId: string | null }>(
    sql`SELECT "id", "grantId" FROM "oidc_artifacts"`,
  );
  const ids = new Set(found.map(({ id }) => id));
  const without = found.filter(({ grantId }) => grantId !== null && !ids.has(artifactId('Grant', grantId)));
  assert.deepEqual(without, [], 'a token of no grant');
}

type Json = Record<string, unknown>;
const asJson = (value: unknown): Json => (typeof value === 'string' ? JSON.parse(value) : (value ?? {})) as Json;
const sorted = (all: Iterable<string>): string[] => [...all].toSorted();

/** Rows, records, events and receipts belong together; the trail is whole. To be asked when everything is drained. */
export async function assertWhole(at: Installation): Promise<void> {
  for (const [what, statement] of Object.entries(halves)) assert.deepEqual(await at.read(statement), [], what);
  await assertGrants(at);

  const elements = async (eventName: string, name: string): Promise<string[]> => {
    const found = await at.read<{ responseElements: unknown }>(
      sql`SELECT "responseElements" FROM "trail_records" WHERE "eventName" = ${eventName} AND "errorCode" IS NULL`,
    );
    return sorted(found.map(({ responseElements }) => String(asJson(responseElements)[name])));
  };
  const idsOf = async (statement: ReturnType<typeof sql>): Promise<string[]> =>
    sorted((await at.read<{ id: string }>(statement)).map(({ id }) => id));
  assert.deepEqual(await idsOf(sql`SELECT "id" FROM "users"`), await elements('CreateUser', 'userId'));
  const sessions = await idsOf(sql`SELECT "id" FROM "sessions" WHERE "kind" = 'user'`);
  assert.deepEqual(sessions, await elements('SignIn', 'sessionId'));

  const events = await at.read<{ id: string; payload: unknown }>(
    sql`SELECT "id", "payload" FROM "outbox" WHERE "topic" = 'users.out'`,
  );
  const put = events.flatMap(({ id: event, payload }) => {
    const { people, cause } = asJson(payload) as { people: { id: string }[]; cause: string };
    return people.map(({ id: person }) => ({ event, person, cause }));
  });
  const receipts = await at.read<{ id: string; userId: string }>(sql`SELECT "id", "userId" FROM "receipts"`);
  assert.deepEqual(
    sorted(receipts.map(({ id, userId }) => `${id.split(':')[0]} ${userId}`)),
    sorted(put.map(({ event, person }) => `${event} ${person}`)),
    'one receipt for each no',
  );
  for (const { id, epoch } of await at.read<{ id: string; epoch: string | number }>(
    sql`SELECT "id", "epoch" FROM "users"`,
  )) {
    // A domain's people are put out, and are then dealt with under an epoch of its own.
    const raised = put.filter(({ person }) => person === id).map(({ cause }): number => (cause === 'domain' ? 2 : 1));
    assert.equal(
      Number(epoch),
      raised.reduce((sum, each) => sum + each, 1),
      'an event for each epoch',
    );
  }
  const causes = await idsOf(sql`SELECT "userId" AS "id" FROM "user_causes" WHERE "cause" = 'directory'`);
  const said = await at.read<{ requestParameters: unknown }>(
    sql`SELECT "requestParameters" FROM "trail_records" WHERE "eventName" = 'DeactivateUser' AND "errorCode" IS NULL`,
  );
  assert.deepEqual(causes, sorted(said.map(({ requestParameters }) => String(asJson(requestParameters)['userId']))));

  await new Sealer(at.house.ground).turn();
  for (const chain of await listChains(at.house.ground)) {
    const { finding } = await verifyChain(at.house.ground, chain);
    assert.equal(finding, null, `the trail of ${chain}`);
  }
}
