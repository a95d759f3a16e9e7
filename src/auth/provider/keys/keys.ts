import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import type { Ground } from '../../../trail/ground.ts';
import type { PublicJwk, SigningKey } from './key.entity.ts';
import { openKey, type PrivateJwk } from './make.ts';
import { keepKeys, keysChangedTopic, readKeys } from './rotate.ts';

/** The keys as they are now. It is another object when, and only when, they have changed. */
export interface KeySet {
  /** For oidc-provider's `jwks`: it signs with the first. */
  privateKeys: readonly PrivateJwk[];
  /** What everybody may read. */
  jwks: { keys: readonly PublicJwk[] };
}

interface Held {
  version: string;
  set: KeySet;
  signer: KeyObject;
}

/** The signing keys, from memory until they change, here or in another process. */
export class SigningKeys {
  readonly #ground: Ground;
  /** Unsealed once each. */
  readonly #opened = new Map<string, PrivateJwk>();
  #held: Held | null = null;
  #reading: Promise<Held> | null = null;
  #stale = true;
  #gaps: number;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#gaps = ground.db.gaps();
    ground.outbox.listen(({ topic }) => {
      if (topic === keysChangedTopic) this.#stale = true;
    });
  }

  /** The keys as they are now; the first are made here. Whoever builds on them compares what they get with what they had. */
  async current(): Promise<KeySet> {
    return (await this.#now()).set;
  }

  /** Signs claims as a JWT (RFC 7519) with the active key. */
  async sign(claims: JWTPayload, typ: string): Promise<string> {
    const { set, signer } = await this.#now();
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ, kid: set.privateKeys[0]!.kid }).sign(signer);
  }

  async #now(): Promise<Held> {
    const gaps = this.#ground.db.gaps();
    if (gaps !== this.#gaps) {
      this.#gaps = gaps;
      this.#stale = true;
    }
    if (this.#held && !this.#stale) return this.#held;
    // One reading for all who wait; what becomes stale during it is read again.
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading;
    return this.#stale ? this.#now() : this.#held!;
  }

  async #read(): Promise<Held> {
    this.#stale = false;
    try {
      let keys = await readKeys(this.#ground.db.read);
      if (keys[0]?.state !== 'active') {
        await keepKeys(this.#ground);
        keys = await readKeys(this.#ground.db.read);
        this.#stale = false;
      }
      const version = keys.map(({ id, state }) => `${state} ${id}`).join();
      if (this.#held?.version !== version) this.#held = this.#hold(version, keys);
      return this.#held;
    } catch (error) {
      this.#stale = true;
      throw error;
    }
  }

  #hold(version: string, keys: readonly SigningKey[]): Held {
    const privateKeys = keys.map((key) => this.#opened.get(key.id) ?? openKey(this.#ground.seal, key));
    this.#opened.clear();
    for (const key of privateKeys) this.#opened.set(key.kid, key);
    const signer = createPrivateKey({ key: { ...privateKeys[0]! }, format: 'jwk' });
    return { version, set: { privateKeys, jwks: { keys: keys.map(({ publicKey }) => publicKey) } }, signer };
  }
}
