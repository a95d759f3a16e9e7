import { firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { type Digest, DigestTable } from './digest.entity.ts';

/** A chain's digests, newest first. */
export const listDigests = (on: Reader, chainId: string, limit: number): Promise<Digest[]> =>
  on.find(DigestTable, { where: { chainId }, order: { number: 'DESC' }, take: limit });

/** How far a chain is sealed, and signed; null where nothing is yet. */
export async function sealedUntil(
  on: Reader,
  chainId: string,
): Promise<{ position: number; digest: Digest | null } | null> {
  const head = await firstRow<{ position: string | number }>(
    on,
    sql`SELECT "position" FROM "trail_chains" WHERE "id" = ${chainId}`,
  );
  const [digest = null] = await listDigests(on, chainId, 1);
  return head && { position: Number(head.position), digest };
}
