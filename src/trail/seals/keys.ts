import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { clock } from '../../platform/clock/clock.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { Seal } from '../../platform/secrets/seal.ts';
import { placeIn } from '../../platform/secrets/sealed.ts';
import { type TrailKey, trailKeySecret, TrailKeyTable } from './digest.entity.ts';

const privateKeyPlace = (id: string) => placeIn(trailKeySecret, id);

export interface Signer {
  id: string;
  privateKey: KeyObject;
}

/** The key that signs digests, Ed25519; made at the first. */
export async function signerOf(m: Writer, seal: Seal): Promise<Signer> {
  const [newest] = await m.find(TrailKeyTable, { order: { createdAt: 'DESC' }, take: 1 });
  if (newest) return { id: newest.id, privateKey: privateKeyOf(seal, newest) };
  const id = newId();
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await m.insert(TrailKeyTable, {
    id,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: seal.seal(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), privateKeyPlace(id)),
    createdAt: clock.now(),
  });
  return { id, privateKey };
}

const privateKeyOf = (seal: Seal, { id, privateKey }: TrailKey): KeyObject =>
  createPrivateKey(seal.unseal(privateKey, privateKeyPlace(id)));

/** The newest public key, PEM; null before the first digest. */
export async function publicKeyOf(on: Reader): Promise<string | null> {
  const [newest] = await on.find(TrailKeyTable, { order: { createdAt: 'DESC' }, take: 1 });
  return newest?.publicKey ?? null;
}

/**
 * The public keys by which digests are verified. One counts only when its private part is sealed by this installation's
 * keyring: whoever can write to the database alone cannot bring their own.
 */
export async function trustedKeys(on: Reader, seal: Seal): Promise<ReadonlyMap<string, KeyObject>> {
  const trusted = new Map<string, KeyObject>();
  for (const key of await on.find(TrailKeyTable)) {
    try {
      trusted.set(key.id, createPublicKey(privateKeyOf(seal, key)));
    } catch {
      // Not ours: digests under it are found to have no key.
    }
  }
  return trusted;
}
