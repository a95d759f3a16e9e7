import assert from 'node:assert/strict';
import { sql } from '../../../src/platform/database/sql.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { startTestCarillon, type TestCarillon } from '../../support/carillon.ts';
import { type Company, testCompany } from '../../support/company.ts';
import { startRogueProvider, type RogueProvider } from '../../support/rogue-provider.ts';
import type { Page } from '../../support/page.ts';
import type { Visitor } from '../../support/visitor.ts';
import type { Config } from '../../../src/platform/config/settings.ts';

/** Carillon, a provider, and a company that uses it; the provider speaks of `rosa.rogue`, a Pro member. */
export interface Stage {
  carillon: TestCarillon;
  provider: RogueProvider;
  company: Company;
  userId: string;
  stop: () => Promise<void>;
}

export const address = 'rosa.rogue@acme.example';

export async function setStage(overrides: Partial<Config> = {}): Promise<Stage> {
  const provider = await startRogueProvider();
  const carillon = await startTestCarillon(overrides);
  const company = await testCompany(carillon.house, 'acme.example', provider);
  const { id: userId } = await company.member('rosa.rogue', 'Pro', provider.subject.sub);
  return {
    carillon,
    provider,
    company,
    userId,
    stop: async () => {
      await carillon.stop();
      await provider.close();
    },
  };
}

/** Types the address and goes wherever that leads. */
export const signIn = async (visitor: Visitor, email = address): Promise<Page> =>
  visitor.follow(await visitor.postFrom('/signin', '/signin', { email }));

/** Up to the callback, which is not called yet. */
export async function signInUpToCallback(visitor: Visitor): Promise<string> {
  const sent = await visitor.postFrom('/signin', '/signin', { email: address });
  const { url } = await visitor.follow(sent, (location) => location.includes('/auth/okta/callback'));
  return url;
}

/** What would be different had somebody been let in. */
export async function whoIsIn({ carillon: { house } }: Stage): Promise<{ sessions: number; identities: number }> {
  const [sessions, identities] = await Promise.all([
    rows(house.ground.db.read, sql`SELECT "id" FROM "sessions" WHERE "endedAt" IS NULL`),
    rows(house.ground.db.read, sql`SELECT "id" FROM "federated_identities"`),
  ]);
  return { sessions: sessions.length, identities: identities.length };
}

export const nobody = { sessions: 0, identities: 0 };

/** The records of an action, oldest first. */
export async function trailOf(
  { carillon: { house } }: Stage,
  eventName: string,
): Promise<{ errorMessage: string | null; accountId: string | null; organisationId: string | null }[]> {
  await house.ground.trail.flush();
  return rows(
    house.ground.db.read,
    sql`SELECT "errorMessage", "accountId", "organisationId" FROM "trail_records"
        WHERE "eventName" = ${eventName} ORDER BY "id"`,
  );
}

/** An error page: a status, plain words, a reference, and nothing of the inside. */
export function assertRefused(answer: Page, status: number, words: RegExp): void {
  assert.equal(answer.status, status, answer.body);
  assert.match(answer.body, words);
  assert.match(answer.body, /Reference: <code>[0-9a-f-]{36}/);
  assert.doesNotMatch(answer.body, /OperationProcessingError|ECONN|at file:|169\.254|jwks|inner detail/);
}
