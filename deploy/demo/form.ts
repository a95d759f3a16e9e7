import type { IncomingMessage } from 'node:http';

const limit = 64 * 1024;

/**
 * A posted form's fields.
 * @throws Error when it is larger than 64 kB
 */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) throw new Error('the form is too large');
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}
