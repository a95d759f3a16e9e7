import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import { patienceMs, within } from '../../../platform/database/errors.ts';
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
  #reading: Promise<void> | null = null;
  /** How often the keys may have changed, and how often they had when what is held was asked for. */
  #changes = 1;
  #heldAt = 0;
  #gaps: number;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#gaps = ground.db.gaps();
    ground.outbox.listen(({ topic }) => {
      if (topic === keysChangedTopic) this.#changes++;
    });
  }

  /** The keys as they are now; the first are made here. Whoever builds on them compares what they get with what they had. @throws database.away */
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
      this.#changes++;
    }
    const changes = this.#changes;
    // One reading for all who wait; whoever came during one that began before the last change waits for the next.
    while (!this.#held || this.#heldAt < changes) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
    return this.#held;
  }

  /** What is held counts only when this has succeeded: until then whoever asks is refused. @throws database.away */
  async #read(): Promise<void> {
    let changes = this.#changes;
    let keys = await within(patienceMs, readKeys(this.#ground.db.read));
    if (keys[0]?.state !== 'active') {
      await keepKeys(this.#ground);
      changes = this.#changes;
      keys = await within(patienceMs, readKeys(this.#ground.db.read));
    }
    const version = keys.map(({ id, state }) => `${state} ${id}`).join();
    if (this.#held?.version !== version) this.#held = this.#hold(version, keys);
    this.#heldAt = changes;
  }

  #hold(version: string, keys: readonly SigningKey[]): Held {
    const privateKeys = keys.map((key) => this.#opened.get(key.id) ?? openKey(this.#ground.seal, key));
    this.#opened.clear();
    for (const key of privateKeys) this.#opened.set(key.kid, key);
    const signer = createPrivateKey({ key: { ...privateKeys[0]! }, format: 'jwk' });
    return { version, set: { privateKeys, jwks: { keys: keys.map(({ publicKey }) => publicKey) } }, signer };
  }
}
