import type { Reader, Writer } from '../../platform/database/unit.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { Sql, sql } from '../../platform/database/sql.ts';
import { isTrue } from '../../platform/database/run.ts';
import { placeIn } from '../../platform/secrets/sealed.ts';
import type { Seal } from '../../platform/secrets/seal.ts';
import { digestOf } from '../encoding.ts';
import { trailErrors } from '../errors.ts';
import { type ChainEntry, chainProof } from './chain.entity.ts';

/** How records and entries are encoded today; an older entry is verified in its own way. */
export const version = 1;

/** Whose chain a record is in: organisations verify their own, and one of many is never behind another. */
export const chainOf = (organisationId: string | null): string => organisationId ?? 'installation';
/** The other way round. */
export const organisationOf = (chainId: string): string | null => (chainId === 'installation' ? null : chainId);

/** A record as the engine has it: JSON is text, exactly as it was written. */
export interface StoredRecord {
  id: string;
  organisationId: string | null;
  accountId: string | null;
  eventName: string;
  eventTime: string | number;
  readOnly: boolean | number;
  identity: string;
  requestParameters: string | null;
  responseElements: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  sourceIpAddress: string;
  userAgent: string;
  requestId: string;
  personal: string | null;
}

const recordColumns = [
  'id',
  'organisationId',
  'accountId',
  'eventName',
  'eventTime',
  'readOnly',
  'identity',
  'requestParameters',
  'responseElements',
  'errorCode',
  'errorMessage',
  'sourceIpAddress',
  'userAgent',
  'requestId',
  'personal',
] as const satisfies (keyof StoredRecord)[];

/** The columns that the digest of a record covers, from the table of that alias. */
export const storedColumns = (alias: string): Sql =>
  new Sql([recordColumns.map((name) => `${alias}."${name}"`).join(', ')], []);

/** The digest of a record: of every column but its values under people's keys, whose own digests it has. */
export const recordDigest = (record: StoredRecord): string =>
  digestOf(
    'carillon.trail.record.v1',
    recordColumns.map((name) => (name === 'readOnly' ? isTrue(record.readOnly) : record[name])),
  );

/** The hash before the first entry. */
export const genesis = (chainId: string): string => digestOf('carillon.trail.genesis.v1', [chainId]);

/** The hash of an entry, on top of the one before. */
export const entryHash = (entry: Omit<ChainEntry, 'hash'>, previous: string): string =>
  digestOf('carillon.trail.chain.v1', [
    entry.version,
    entry.chainId,
    entry.position,
    previous,
    entry.recordId,
    entry.eventName,
    entry.eventTime,
    entry.digest,
  ]);

export interface Head {
  position: number;
  hash: string;
}

/** Where the proof of a head is sealed. */
const proofPlace = (chainId: string) => placeIn(chainProof, chainId);
export const proofOf = (seal: Seal, chainId: string, { position, hash }: Head): string =>
  seal.seal(`${position} ${hash}`, proofPlace(chainId));

/** Whether a head is as a sealer has left it. */
export function isProved(seal: Seal, chainId: string, { position, hash }: Head, proof: string): boolean {
  try {
    return seal.unseal(proof, proofPlace(chainId)) === `${position} ${hash}`;
  } catch {
    return false;
  }
}

/**
 * The head of a chain that goes on from there; of a new one its beginning.
 * @throws trail.headAltered for a head that no sealer has left: to go on from it would cover up what was done
 */
export async function requireHead(on: Reader, seal: Seal, chainId: string): Promise<Head & { isNew: boolean }> {
  const stored = await firstRow<{ position: string | number; hash: string; proof: string }>(
    on,
    sql`SELECT "position", "hash", "proof" FROM "trail_chains" WHERE "id" = ${chainId}`,
  );
  if (stored) {
    const head = { position: Number(stored.position), hash: stored.hash };
    if (!isProved(seal, chainId, head, stored.proof)) throw trailErrors('trail.headAltered', { detail: chainId });
    return { ...head, isNew: false };
  }
  const left = await firstRow(on, sql`SELECT "position" FROM "trail_chain" WHERE "chainId" = ${chainId} LIMIT 1`);
  if (left) throw trailErrors('trail.headAltered', { detail: `${chainId}: no head` });
  return { position: 0, hash: genesis(chainId), isNew: true };
}

/** One sealer at a time, on whatever node: the row is held until this unit ends, or its process dies. */
export const takeTurn = async (m: Writer): Promise<void> => {
  await rows(m, sql`UPDATE "trail_locks" SET "turns" = "turns" + 1 WHERE "name" = 'sealer'`);
};
