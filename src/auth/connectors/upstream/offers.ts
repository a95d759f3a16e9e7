import { clock } from '../../../platform/clock/clock.ts';
import { changed, rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { hashToken, newId } from '../../../platform/ids/ids.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Ground } from '../../../trail/ground.ts';
import { upstreamErrors } from './errors.ts';
import { type UpstreamOffer, UpstreamOfferTable, upstreamProof } from './offer.entity.ts';
import type { UpstreamProof } from './prove.ts';
import { type Upstream, UpstreamTable } from './upstream.entity.ts';

/** Who does not answer by then begins again. */
const offerMs = 600_000;
const dayMs = 86_400_000;

/** What is kept of a proof until its person has agreed to something. */
export type Offered = Pick<UpstreamProof, 'issuer' | 'subject' | 'address' | 'name' | 'target' | 'authTime' | 'amr'>;

/** An offer that still holds, with what it is about. */
export interface Offer {
  id: string;
  upstream: Upstream;
  link: UpstreamProof['link'];
  offered: Offered;
}

/** Keeps a proof for this browser, in place of what it was asked before. */
export async function putOffer(ground: Ground, browser: string, proof: UpstreamProof): Promise<void> {
  const { upstream, link, issuer, subject, address, name, target, authTime, amr } = proof;
  const offered: Offered = { issuer, subject, address, name, target, authTime, amr };
  const browserHash = hashToken(browser);
  const createdAt = clock.now();
  const offer: UpstreamOffer = {
    browserHash,
    id: newId(),
    providerId: upstream.id,
    userId: link?.userId ?? null,
    sessionId: link?.sessionId ?? null,
    proof: ground.seal.seal(JSON.stringify(offered), placeIn(upstreamProof, browserHash)),
    createdAt,
    expiresAt: createdAt + offerMs,
  };
  await ground.db.write(async (m) => {
    await m.delete(UpstreamOfferTable, { browserHash });
    await m.insert(UpstreamOfferTable, offer);
  });
}

/** What this browser is asked. @throws upstream.offerGone */
export async function readOffer(ground: Ground, browser: string): Promise<Offer> {
  const { read } = ground.db;
  return opened(ground, read, await read.findOneBy(UpstreamOfferTable, { browserHash: hashToken(browser) }));
}

/**
 * Uses an offer up, in the unit of what was agreed to.
 * @param id from the form, so that nobody agrees to another than the one they read
 * @throws upstream.offerGone
 */
export async function takeOffer(ground: Ground, m: Writer, browser: string, id: string): Promise<Offer> {
  const [row] = await changed<UpstreamOffer>(
    m,
    sql`DELETE FROM "upstream_offers" WHERE "browserHash" = ${hashToken(browser)} AND "id" = ${id} RETURNING *`,
  );
  return opened(ground, m, row ?? null);
}

/** Forgets what was offered to this browser. */
export const dropOffer = ({ db }: Ground, browser: string): Promise<unknown> =>
  db.write((m) => m.delete(UpstreamOfferTable, { browserHash: hashToken(browser) }));

async function opened({ seal }: Ground, on: Reader, row: UpstreamOffer | null): Promise<Offer> {
  const upstream = row && (await on.findOneBy(UpstreamTable, { id: row.providerId }));
  // A provider that was changed meanwhile may be somebody else's by now.
  if (!row || !upstream || row.expiresAt <= clock.now() || upstream.updatedAt > row.createdAt) {
    throw upstreamErrors('upstream.offerGone');
  }
  const { id, userId, sessionId, browserHash } = row;
  const offered = JSON.parse(seal.unseal(row.proof, placeIn(upstreamProof, browserHash))) as Offered;
  return { id, upstream, link: userId && sessionId ? { userId, sessionId } : null, offered };
}

/** Forgets attempts and offers that nobody can use any more. */
export async function sweepUpstream(m: Writer): Promise<void> {
  const now = clock.now();
  await rows(m, sql`DELETE FROM "upstream_attempts" WHERE "expiresAt" < ${now - dayMs}`);
  await rows(m, sql`DELETE FROM "upstream_offers" WHERE "expiresAt" < ${now}`);
}
