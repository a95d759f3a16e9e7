import { createSecretKey, type KeyObject } from 'node:crypto';
import { decrypted, encrypted } from './aead.ts';
import { secretsError } from './errors.ts';
import { hmacBy } from './hmac.ts';
import type { Keyring } from './keyring.ts';

/** Where a sealed text is kept; it opens nowhere else. */
export interface SealPlace {
  table: string;
  row: string;
  column: string;
}

export interface Seal {
  /** Seals a secret for one place. The same secret gives another text each time. */
  seal(plain: string, at: SealPlace): string;
  /** @throws CarillonError secrets.unsealable for a changed text, another place or a key that is not in the keyring */
  unseal(sealed: string, at: SealPlace): string;
  /** What a text is recognised by where the text itself may not be kept: the same always, and nothing to guess from. */
  mark(text: string, purpose: string): string;
}

const version = 's1';

/** How every text begins that this key has sealed. */
export const sealedBy = (keyId: string): string => `${version}.${keyId}.`;

/** The id of the key that a sealed text names. */
export const sealingKeyOf = (sealed: string): string => sealed.split('.')[1] ?? '';

/** Seals with AES-256-GCM (`aead.ts`): `s1.key id.base64url(iv, tag, ciphertext)`. */
export function createSeal(keyring: Keyring): Seal {
  /** Keys as the engine takes them without work: bytes are made into such an object at each use. */
  const ready = new Map<string, KeyObject>();
  const marking = new Map<string, (text: string) => string>();
  const keyOf = (id: string, at?: SealPlace): KeyObject => {
    const bytes = keyring.key(id);
    if (!bytes) throw unsealable(at, 'no such key');
    return ready.get(id) ?? kept(ready, id, createSecretKey(bytes));
  };
  const markBy = (purpose: string): ((text: string) => string) =>
    marking.get(purpose) ?? kept(marking, purpose, hmacBy(keyring.derive(`mark ${purpose}`)));
  return {
    mark: (text, purpose) => markBy(purpose)(text),
    seal(plain, at) {
      const id = keyring.current;
      return sealedBy(id) + encrypted(keyOf(id), boundTo(id, at), plain);
    },
    unseal(sealed, at) {
      const [found, id = '', encoded = '', ...more] = sealed.split('.');
      if (found !== version || more.length > 0) throw unsealable(at, 'format');
      const plain = decrypted(keyOf(id, at), boundTo(id, at), encoded);
      if (plain === null) throw unsealable(at, 'authentication');
      return plain;
    },
  };
}

/** JSON keeps the parts apart, whatever characters they have. */
const boundTo = (id: string, at: SealPlace): Buffer =>
  Buffer.from(JSON.stringify([version, id, at.table, at.row, at.column]));

function kept<T>(among: Map<string, T>, name: string, made: T): T {
  among.set(name, made);
  return made;
}

const unsealable = (at: SealPlace | undefined, why: string): Error =>
  secretsError('secrets.unsealable', { detail: `${at?.table}.${at?.column} of ${at?.row}: ${why}` });
