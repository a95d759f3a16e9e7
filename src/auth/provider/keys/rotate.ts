import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import { keyErrors } from './errors.ts';
import { type SigningKey, SigningKeyTable } from './key.entity.ts';
import { makeKey } from './make.ts';

/** For how long anybody may cache the JWKS: its `max-age`. */
export const jwksSeconds = 600;
/** A key is published for so long before it signs: until nobody's cache is from before it, with time to spare. */
const publishedMs = 2 * jwksSeconds * 1000;
/** No token that is signed lives longer: ID tokens, access tokens that are JWTs, logout tokens. */
export const longestSignedSeconds = 3_600;
/** A retired key is published until every token that it signed is over; clocks, and the last node to hear, are slower. */
const retiredMs = (longestSignedSeconds + 300) * 1000;
const dayMs = 86_400_000;

/** The keys were changed by this process: memory forgets them. */
export const keysChangedTopic = 'keys.changed';

/** Another process was quicker: nothing was done, so there is nothing to record. */
class Overtaken extends Error {}

/** The keys, in the order in which they are to be used: active, next, then retired, the latest first. */
export async function readKeys(on: Reader): Promise<SigningKey[]> {
  const order = { active: 0, next: 1, retired: 2 };
  const keys = await on.find(SigningKeyTable);
  return keys.sort(
    (a, b) => order[a.state] - order[b.state] || (b.retiredAt ?? 0) - (a.retiredAt ?? 0) || (a.id < b.id ? -1 : 1),
  );
}

/** What is due: a step each, of which every process may find the same, and one does it. */
function due(keys: readonly SigningKey[], periodMs: number): 'make' | 'rotate' | 'drop' | null {
  const now = clock.now();
  const active = keys.find(({ state }) => state === 'active');
  const next = keys.find(({ state }) => state === 'next');
  if (!active || !next) return 'make';
  if ((active.activeAt ?? 0) + periodMs <= now && next.createdAt + publishedMs <= now) return 'rotate';
  return keys.some((key) => isOver(key, now)) ? 'drop' : null;
}

const isOver = ({ retiredAt }: SigningKey, now: number): boolean => retiredAt !== null && retiredAt + retiredMs <= now;

/** Makes, rotates and drops keys as the time comes; for any process at any time. */
export async function keepKeys(ground: Ground): Promise<void> {
  const periodMs = ground.config.signingKeyDays * dayMs;
  for (;;) {
    const step = due(await readKeys(ground.db.read), periodMs);
    if (step === null) return;
    if (step === 'rotate') await rotate(ground, periodMs);
    else await change(ground, step === 'make' ? 'CreateSigningKey' : 'DeleteSigningKey', complete(ground));
  }
}

/**
 * Rotates before its time: the key that is published as the next one signs from now on. The former one stays published
 * for the tokens that it signed; `revokeKey` takes it away.
 */
export const rotateNow = async (ground: Ground): Promise<void> => {
  await keepKeys(ground);
  await rotate(ground, 0);
};

/**
 * Takes a key away at once, as after a leak: whatever it signed is refused by whoever reads the JWKS anew. If it was the
 * active one, the next one signs from now on.
 * @throws key.notFound
 */
export const revokeKey = (ground: Ground, kid: string): Promise<void> =>
  change(ground, 'RevokeSigningKey', async (m) => {
    const gone = await changed(m, sql`DELETE FROM "signing_keys" WHERE "id" = ${kid} RETURNING "id"`);
    if (gone.length === 0) throw keyErrors('key.notFound');
    await complete(ground)(m);
    return { kid };
  });

const rotate = (ground: Ground, periodMs: number): Promise<void> =>
  change(ground, 'RotateSigningKey', async (m) => {
    const now = clock.now();
    const [former] = await changed<{ id: string }>(
      m,
      sql`UPDATE "signing_keys" SET "state" = 'retired', "retiredAt" = ${now}
          WHERE "state" = 'active' AND "activeAt" <= ${now - periodMs} RETURNING "id"`,
    );
    if (!former) throw new Overtaken();
    return { formerKid: former.id, ...(await complete(ground)(m)) };
  });

/** Drops what is over, and sees that there is an active key and a next one. */
const complete =
  (ground: Ground) =>
  async (m: Writer): Promise<Record<string, unknown>> => {
    const now = clock.now();
    await changed(m, sql`DELETE FROM "signing_keys" WHERE "retiredAt" <= ${now - retiredMs} RETURNING "id"`);
    const keys = await readKeys(m);
    if (!keys.some(({ state }) => state === 'active')) {
      const promoted = await changed(
        m,
        sql`UPDATE "signing_keys" SET "state" = 'active', "activeAt" = ${now} WHERE "state" = 'next' RETURNING "id"`,
      );
      if (promoted.length === 0) await insertUnlessThere(m, makeKey(ground.seal, 'active'));
    }
    if (!(await m.existsBy(SigningKeyTable, { state: 'next' }))) {
      await insertUnlessThere(m, makeKey(ground.seal, 'next'));
    }
    const active = await m.findOneBy(SigningKeyTable, { state: 'active' });
    return { kid: active?.id };
  };

/** There is one active key and one next: an index says so to every process. @throws Overtaken */
async function insertUnlessThere(m: Writer, key: SigningKey): Promise<void> {
  const inserted = await changed(
    m,
    sql`INSERT INTO "signing_keys" ("id", "state", "publicKey", "privateKey", "createdAt", "activeAt")
        VALUES (${key.id}, ${key.state}, ${JSON.stringify(key.publicKey)}, ${key.privateKey}, ${key.createdAt}, ${key.activeAt})
        ON CONFLICT DO NOTHING RETURNING "id"`,
  );
  if (inserted.length === 0) throw new Overtaken();
}

async function change(
  ground: Ground,
  eventName: string,
  work: (m: Writer) => Promise<Record<string, unknown>>,
): Promise<void> {
  try {
    await ground.trail.perform({ eventName, organisationId: null }, async (m) => {
      const responseElements = await work(m);
      ground.outbox.announce(keysChangedTopic, 'signing');
      return { result: undefined, responseElements };
    });
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
  }
}
