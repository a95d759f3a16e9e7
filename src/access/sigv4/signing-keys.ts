import type { Seal } from '../../platform/secrets/seal.ts';
import { placeIn } from '../../platform/secrets/sealed.ts';
import { accessKeySecret } from '../keys/key.entity.ts';
import type { GoodKey } from '../keys/keys.ts';
import { signingKey } from './sign.ts';

interface Known {
  /** The sealed secret that the keys are of: when that changes, they are made anew. */
  secret: string;
  keys: Map<string, Buffer>;
}

const mostAccessKeys = 1_000;
/** Of one access key: today and yesterday, in a few regions. */
const mostScopes = 8;

/**
 * Signing keys in memory: making one costs an unsealing and four HMACs. Only a key whose signature was right is kept,
 * so that a stranger fills nothing.
 */
export class SigningKeys {
  readonly #seal: Seal;
  readonly #known = new Map<string, Known>();

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  /** @returns the signing key, and what keeps it in memory once it has proved right */
  of(key: GoodKey, date: string, region: string, service: string): { signing: Buffer; keep: () => void } {
    const scope = `${date}/${region}/${service}`;
    const known = this.#known.get(key.id);
    const kept = known?.secret === key.secret ? known.keys.get(scope) : undefined;
    if (kept) return { signing: kept, keep: () => {} };
    const secret = this.#seal.unseal(key.secret, placeIn(accessKeySecret, key.id));
    const signing = signingKey(secret, date, region, service);
    return { signing, keep: () => this.#keep(key, scope, signing) };
  }

  /** Drops what is known of an access key that is good no more. */
  forget(accessKeyId: string): void {
    this.#known.delete(accessKeyId);
  }

  #keep({ id, secret }: GoodKey, scope: string, signing: Buffer): void {
    const known = this.#known.get(id);
    const keys = known?.secret === secret && known.keys.size < mostScopes ? known.keys : new Map<string, Buffer>();
    keys.set(scope, signing);
    this.#known.delete(id); // the most recent last
    this.#known.set(id, { secret, keys });
    if (this.#known.size > mostAccessKeys) this.#known.delete(this.#known.keys().next().value!);
  }
}
