import { setImmediate as rest } from 'node:timers/promises';
import { firstRow, rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Ground } from '../ground.ts';
import { type Head, isProved, organisationOf } from '../seals/chain.ts';
import { trustedKeys } from '../seals/keys.ts';
import { ChainWalk, keysOf } from './chain-walk.ts';
import { DigestWalk, type TrustedKeys } from './digest-walk.ts';
import { countWaiting, entriesAfter, firstInserted, recordAt } from './entries.ts';
import { type Finding, finding, firstOf } from './findings.ts';

/** What verification says of one chain. */
export interface ChainReport {
  chain: string;
  /** Records that were found right, up to the first that is not. */
  records: number;
  digests: number;
  /** The end of the hour of the last signed digest; null before the first. */
  signedUntil: number | null;
  /** Records since that digest: nothing outside this machine vouches for them yet. */
  unsigned: number;
  /** Sets of personal values that were erased. */
  erased: number;
  /** Records that are not sealed yet. */
  waiting: number;
  /** Files of digests that are not in the folder any more. */
  filesMissing: number;
  /** The first thing that is wrong; null when nothing is. */
  finding: Finding | null;
}

export interface VerifyOptions {
  /** Public keys to verify digests by; without them those of this installation. */
  keys?: TrustedKeys;
  /** Called after every page of records. `of`: where the chain ends. */
  onProgress?: (at: { chain: string; records: number; of: number }) => void;
}

/** The chains of the whole installation. */
export async function listChains({ db }: Pick<Ground, 'db'>): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db.read,
    sql`SELECT "id" FROM "trail_chains" UNION SELECT DISTINCT "chainId" FROM "trail_chain"
        UNION SELECT DISTINCT "chainId" FROM "trail_digests" ORDER BY 1`,
  );
  return found.map(({ id }) => id);
}

/**
 * Verifies one chain from its first record to its last: digests, hashes, order, signatures, files and personal values.
 * It reads in pages, keeps none, and may run beside a server that goes on sealing.
 */
export async function verifyChain(ground: Ground, chain: string, options: VerifyOptions = {}): Promise<ChainReport> {
  const { seal } = ground;
  const on = ground.db.read;
  const organisationId = organisationOf(chain);
  const digests = await DigestWalk.begin(ground, chain, options.keys ?? (await trustedKeys(on, seal)));
  const head = await readHead(ground, chain);
  const walk = new ChainWalk(chain);
  let wrong: Finding | null = null;
  while (!wrong) {
    const page = await entriesAfter(on, chain, walk.position, head?.position ?? null);
    if (page.length === 0) break;
    const keys = await keysOf(on, seal, page);
    for (const sealed of page) {
      wrong = walk.step(sealed, page, keys) ?? (await digests.reach(walk.position, walk.hash));
      if (wrong) break;
    }
    options.onProgress?.({ chain, records: walk.position, of: head?.position ?? walk.position });
    await rest();
  }
  // A chain that began while it was read: now it has a head to read it by.
  if (!head && walk.position > 0 && (await readHead(ground, chain))) return verifyChain(ground, chain, options);
  wrong ??= await wrongAtEnd(ground, chain, walk, head);
  if (!wrong || wrong.wrong === 'headAltered') wrong = firstOf(await digests.end(walk.position), wrong);
  if (wrong && wrong.position !== null && wrong.recordId === null) {
    wrong = { ...wrong, ...(await recordAt(on, organisationId, wrong.position)) };
  }
  const inserted = await firstInserted(on, chain, organisationId, rest);
  return {
    chain,
    records: walk.position,
    digests: digests.count,
    signedUntil: digests.last?.until ?? null,
    unsigned: walk.position - (digests.last?.position ?? 0),
    erased: walk.erased,
    waiting: await countWaiting(on, organisationId),
    filesMissing: digests.filesMissing,
    finding: firstOf(wrong, inserted && finding('recordInserted', inserted)),
  };
}

type StoredHead = Head & { isProved: boolean };

async function readHead({ db, seal }: Ground, chain: string): Promise<StoredHead | null> {
  const found = await firstRow<{ position: string | number; hash: string; proof: string }>(
    db.read,
    sql`SELECT "position", "hash", "proof" FROM "trail_chains" WHERE "id" = ${chain}`,
  );
  if (!found) return null;
  const head = { position: Number(found.position), hash: found.hash };
  return { ...head, isProved: isProved(seal, chain, head, found.proof) };
}

/** Whether the chain ends where its head says, and the head is one that a sealer has left. */
async function wrongAtEnd(
  { db }: Ground,
  chain: string,
  { position, hash }: ChainWalk,
  head: StoredHead | null,
): Promise<Finding | null> {
  if (!head) return position > 0 ? finding('headAltered', { position }) : null;
  if (!head.isProved) return finding('headAltered', { position: head.position });
  if (position < head.position) return finding('tailMissing', { position: position + 1 });
  if (hash !== head.hash) return finding('headAltered', { position });
  // One statement, so that a sealer that goes on meanwhile is seen with its head.
  const beyond = await firstRow<{ position: string | number; recordId: string }>(
    db.read,
    sql`SELECT c."position", c."recordId" FROM "trail_chain" c JOIN "trail_chains" h ON h."id" = c."chainId"
        WHERE c."chainId" = ${chain} AND c."position" > h."position" ORDER BY c."position" LIMIT 1`,
  );
  return beyond && finding('entryInserted', { position: Number(beyond.position), recordId: beyond.recordId });
}
