import { createHmac, hash } from 'node:crypto';

const blockBytes = 64;
const digestBytes = 32;
/** Texts of this many characters at most are hashed where they are laid out; longer ones are rare. */
const mostCharacters = 1_024;
/** UTF-8 takes three bytes at most for one unit of a JavaScript text. */
const perUnit = 3;

/**
 * HMAC-SHA256 (RFC 2104) of texts under one key, in base64url. As two hashes of prepared blocks it takes a third of the
 * time that Node takes to make the object that would do the same.
 * @param key at most as long as a block of the hash
 */
export function hmacBy(key: Buffer): (text: string) => string {
  if (key.length > blockBytes) return (text) => createHmac('sha256', key).update(text).digest('base64url');
  const inner = padded(key, 0x36, mostCharacters * perUnit);
  const outer = padded(key, 0x5c, digestBytes);
  return (text) => {
    if (text.length > mostCharacters) return createHmac('sha256', key).update(text).digest('base64url');
    const end = blockBytes + inner.write(text, blockBytes, 'utf8');
    outer.write(hash('sha256', inner.subarray(0, end), 'hex'), blockBytes, 'hex');
    return hash('sha256', outer, 'base64url');
  };
}

/** A block of the key with every byte changed by `pad`, and room behind it. */
function padded(key: Buffer, pad: number, room: number): Buffer {
  const all = Buffer.alloc(blockBytes + room);
  for (let i = 0; i < blockBytes; i++) all[i] = (key[i] ?? 0) ^ pad;
  return all;
}
