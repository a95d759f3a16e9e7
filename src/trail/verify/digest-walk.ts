import type { KeyObject } from 'node:crypto';
import { iso } from '../../platform/clock/clock.ts';
import { firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Ground } from '../ground.ts';
import { type Digest, DigestTable } from '../seals/digest.entity.ts';
import { filesAbove, readDigestFile } from '../seals/files.ts';
import { type DigestClaims, jwsHash, readDigest } from '../seals/jws.ts';
import { type Finding, finding } from './findings.ts';

const pageSize = 100;
export type TrustedKeys = ReadonlyMap<string, KeyObject> | readonly KeyObject[];

/** A chain's signed digests, each looked at when the walk along the chain comes to its record. */
export class DigestWalk {
  /** Digests that were found right. */
  count = 0;
  /** Files that are not in the folder any more, such as those that were moved elsewhere. */
  filesMissing = 0;
  last: Digest | null = null;
  readonly #ground: Ground;
  readonly #chainId: string;
  readonly #keys: TrustedKeys;
  readonly #upTo: number;
  #page: Digest[] = [];
  #taken = 0;
  #ended = false;

  private constructor(ground: Ground, chainId: string, keys: TrustedKeys, upTo: number) {
    this.#ground = ground;
    this.#chainId = chainId;
    this.#keys = keys;
    this.#upTo = upTo;
  }

  /** To be begun before the chain's head is read: then no digest is ahead of it. */
  static async begin(ground: Ground, chainId: string, keys: TrustedKeys): Promise<DigestWalk> {
    const [last] = await ground.db.read.find(DigestTable, { where: { chainId }, order: { number: 'DESC' }, take: 1 });
    return new DigestWalk(ground, chainId, keys, last?.number ?? 0);
  }

  /** Checks the digests up to this place, where the chain has this hash. */
  async reach(position: number, hash: string): Promise<Finding | null> {
    for (let next = await this.#next(); next && next.position <= position; next = await this.#next()) {
      const wrong = this.#check(next, position, hash);
      if (wrong) return wrong;
      this.last = next;
      this.count++;
      this.#taken++;
    }
    return null;
  }

  /** What the digests know of records behind the chain's end. */
  async end(position: number): Promise<Finding | null> {
    const next = await this.#next();
    if (next) {
      const isRight = this.#read(next) !== null;
      return finding(isRight ? 'tailMissing' : 'digestAltered', { position: isRight ? position + 1 : next.position });
    }
    for (const { jws } of filesAbove(this.#ground.config.trailDigestDir, this.#chainId, this.#upTo)) {
      const said = readDigest(jws, this.#keys);
      if (said?.chain !== this.#chainId || (await this.#isThereNow(said.number))) continue;
      return said.position > position
        ? finding('tailMissing', { position: position + 1 })
        : finding('digestMissing', { position: said.position });
    }
    return null;
  }

  #check(digest: Digest, position: number, hash: string): Finding | null {
    const { last } = this;
    const at = { position: digest.position };
    if (digest.number !== (last?.number ?? 0) + 1) return finding('digestMissing', at);
    const said = this.#read(digest);
    if (!said || (said.previous ?? '') !== (last ? jwsHash(last.jws) : '')) return finding('digestAltered', at);
    if (last && digest.since !== last.until) return finding('digestAltered', at);
    if (digest.position !== position || said.hash !== hash) {
      return finding('rewritten', { position: (last?.position ?? 0) + 1 });
    }
    if (digest.filedAt === null) return null;
    const file = readDigestFile(this.#ground.config.trailDigestDir, digest);
    if (file === null) this.filesMissing++;
    return file !== null && file !== digest.jws ? finding('digestFileAltered', at) : null;
  }

  /** What a row's signature says; null when it says something else than the row. */
  #read({ jws, ...row }: Digest): DigestClaims | null {
    const said = readDigest(jws, this.#keys);
    const isOfRow =
      said?.chain === row.chainId &&
      said.number === row.number &&
      said.position === row.position &&
      said.since === iso(row.since) &&
      said.until === iso(row.until);
    return isOfRow ? said : null;
  }

  async #next(): Promise<Digest | null> {
    const after = this.last?.number ?? 0;
    if (this.#taken === this.#page.length && after < this.#upTo && !this.#ended) {
      this.#page = await this.#ground.db.read
        .createQueryBuilder(DigestTable, 'd')
        .where('d.chainId = :chainId AND d.number > :after AND d.number <= :upTo', {
          chainId: this.#chainId,
          after,
          upTo: this.#upTo,
        })
        .orderBy('d.number', 'ASC')
        .take(pageSize)
        .getMany();
      this.#taken = 0;
      this.#ended = this.#page.length === 0;
    }
    return this.#page[this.#taken] ?? null;
  }

  /** A digest that was signed since this walk began is no finding. */
  async #isThereNow(number: number): Promise<boolean> {
    const chainId = this.#chainId;
    const found = await firstRow(
      this.#ground.db.read,
      sql`SELECT "number" FROM "trail_digests" WHERE "chainId" = ${chainId} AND "number" = ${number}`,
    );
    return found !== null;
  }
}
