import { clock, iso } from '../../platform/clock/clock.ts';
import type { Config } from '../../platform/config/settings.ts';
import { rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import type { Ground } from '../ground.ts';
import { requireHead, takeTurn } from './chain.ts';
import { type Digest, DigestTable } from './digest.entity.ts';
import { writeDigestFile, writePublicKey } from './files.ts';
import { jwsHash, signDigest } from './jws.ts';
import { publicKeyOf, type Signer, signerOf } from './keys.ts';

const hourMs = 3_600_000;
/** Digests that are written as files at once. */
const filesAtOnce = 50;
const hourOf = (at: number): number => at - (at % hourMs);

interface Due {
  id: string;
  createdAt: string | number;
}

/** Signs every chain's digest of the hours that are over; after an outage one digest covers all that were missed. */
export class Digests {
  readonly #ground: Ground;
  readonly #refused = new Set<string>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Signs what is due, then writes the files that are missing: a crash between the two leaves nothing out. */
  async turn(): Promise<void> {
    const { db } = this.#ground;
    const until = hourOf(clock.now());
    const due = await rows<Due>(
      db.read,
      sql`SELECT c."id", c."createdAt" FROM "trail_chains" c WHERE c."createdAt" < ${until} AND NOT EXISTS (
            SELECT 1 FROM "trail_digests" d WHERE d."chainId" = c."id" AND d."until" >= ${until}) ORDER BY c."id"`,
    );
    for (const chain of due) if (!this.#refused.has(chain.id)) await this.#signOne(chain, until);
    await this.#file();
  }

  async #signOne(chain: Due, until: number): Promise<void> {
    const { db, seal, log } = this.#ground;
    try {
      await db.write(async (m) => {
        await takeTurn(m);
        await this.#sign(m, chain, until, await signerOf(m, seal));
      });
    } catch (error) {
      if (!(error instanceof CarillonError) || error.code !== 'trail.headAltered') throw error;
      this.#refused.add(chain.id);
      log.error({ error, chain: chain.id }, 'trail: a chain was altered; it gets no digest');
    }
  }

  async #sign(m: Writer, { id: chainId, createdAt }: Due, until: number, signer: Signer): Promise<void> {
    const [last] = await m.find(DigestTable, { where: { chainId }, order: { number: 'DESC' }, take: 1 });
    if (last && last.until >= until) return; // another node was first
    const head = await requireHead(m, this.#ground.seal, chainId);
    const number = (last?.number ?? 0) + 1;
    const since = last?.until ?? hourOf(Number(createdAt));
    const said = {
      chain: chainId,
      number,
      since: iso(since),
      until: iso(until),
      signedAt: iso(clock.now()),
      position: head.position,
      hash: head.hash,
      records: head.position - (last?.position ?? 0),
      previous: last ? jwsHash(last.jws) : null,
    };
    const jws = signDigest(said, signer.id, signer.privateKey);
    await m.insert(DigestTable, { chainId, number, position: head.position, since, until, jws, filedAt: null });
  }

  async #file(): Promise<void> {
    const { db, config } = this.#ground;
    for (;;) {
      const waiting = await unfiled(this.#ground);
      if (waiting.length === 0) return;
      const publicKey = await publicKeyOf(db.read);
      if (publicKey) writePublicKey(config.certsDir, publicKey);
      for (const digest of waiting) writeDigestFile(folderOf(config), digest);
      await db.write(async (m) => {
        for (const { chainId, number } of waiting) {
          await m.update(DigestTable, { chainId, number }, { filedAt: clock.now() });
        }
      });
    }
  }
}

const folderOf = (config: Config): string => config.trailDigestDir;

async function unfiled({ db }: Pick<Ground, 'db'>): Promise<Digest[]> {
  const found = await rows<{ chainId: string; number: string | number }>(
    db.read,
    sql`SELECT "chainId", "number" FROM "trail_digests" WHERE "filedAt" IS NULL
        ORDER BY "chainId", "number" LIMIT ${filesAtOnce}`,
  );
  const where = found.map(({ chainId, number }) => ({ chainId, number: Number(number) }));
  return where.length === 0 ? [] : db.read.find(DigestTable, { where, order: { chainId: 'ASC', number: 'ASC' } });
}
