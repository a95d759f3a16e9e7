import type { IncomingMessage } from 'node:http';
import { refuse } from './errors.ts';
import { JsonPieces } from './json-pieces.ts';
import { parseForm, parseJson } from './parse.ts';
import type { Share } from './share.ts';

interface BodyOptions {
  /** The most bytes that are taken. */
  limit: number;
  /** Media types that are taken, in lower case. */
  types: readonly string[];
  /** Of whose memory it is; given back by whoever made it. */
  share?: Pick<Share, 'take'> | undefined;
}

interface Body {
  /** The media type, without parameters. */
  type: string;
  bytes: Buffer;
}

/** What is still read of a body that was refused, so that the sender gets to read the refusal. */
const drained = 16 * 1024 * 1024;

interface ContentType {
  /** The media type, without parameters. */
  type: string;
  isUtf8: boolean;
}

/** Content types by the header that they came in: clients send the same few. */
const contentTypes = new Map<string, ContentType>();
const mostContentTypes = 100;

function contentTypeOf(header: string): ContentType {
  const known = contentTypes.get(header);
  if (known) return known;
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const read = { type, isUtf8: charset === undefined || /^charset="?utf-8"?$/.test(charset) };
  if (contentTypes.size >= mostContentTypes) contentTypes.clear();
  contentTypes.set(header, read);
  return read;
}

/** Checks what the headers promise (RFC 9110 §8.3, §8.4, §8.6). */
function mediaType(req: IncomingMessage, { limit, types }: BodyOptions): string {
  const { type, isUtf8 } = contentTypeOf(req.headers['content-type'] ?? '');
  if (!types.includes(type)) throw refuse('body.type', { values: { types: types.join(' or ') } });
  if (!isUtf8) throw refuse('body.charset');
  const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') throw refuse('body.encoding');
  if (Number(req.headers['content-length'] ?? 0) > limit) throw refuse('body.tooLarge', { values: { limit } });
  return type;
}

/** Lets a refused body run out, as far as it is short; a longer one ends with its connection. */
function drain(req: IncomingMessage): void {
  let left = drained;
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.socket.destroy();
  });
}

function collect(req: IncomingMessage, { limit, share }: BodyOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      try {
        if (size > limit) throw refuse('body.tooLarge', { values: { limit } });
        share?.take(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        req.off('data', onData);
        chunks.length = 0;
        reject(error);
      }
    };
    const onClose = (): void => reject(refuse('body.cut'));
    if (req.destroyed) onClose();
    req.on('data', onData);
    req.on('end', () => {
      req.off('close', onClose);
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    });
    req.on('error', (cause) => reject(refuse('body.cut', { cause })));
    req.on('close', onClose);
  });
}

/**
 * Reads the request's body whole.
 * @throws body.type, body.charset, body.encoding (415), body.tooLarge (413), body.cut (400); what `share` throws
 */
export async function readBody(req: IncomingMessage, options: BodyOptions): Promise<Body> {
  try {
    return { type: mediaType(req, options), bytes: await collect(req, options) };
  } catch (error) {
    drain(req);
    throw error;
  }
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refuse('body.notUtf8', { cause });
  }
}

/** A JSON body that is longer is read in pieces, between which others have their turn. */
const wholeSize = 64 * 1024;
const usualDepth = 20;

async function readPieces(req: IncomingMessage, { limit, share }: BodyOptions, depth: number): Promise<unknown> {
  const pieces = new JsonPieces(depth);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decoded = (chunk?: Buffer): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw refuse('body.notUtf8', { cause });
    }
  };
  let size = 0;
  for await (const chunk of arriving(req)) {
    size += chunk.length;
    if (size > limit) throw refuse('body.tooLarge', { values: { limit } });
    share?.take(chunk.length);
    pieces.push(decoded(chunk));
    await new Promise((resolve) => setImmediate(resolve)); // much can be here already: others first
  }
  pieces.push(decoded());
  return pieces.end();
}

/** The body as it comes; what is left of it when the reader stops can still be drained. */
async function* arriving(req: IncomingMessage): AsyncGenerator<Buffer> {
  const chunks = req.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  try {
    for await (const chunk of chunks) yield chunk;
  } catch (cause) {
    throw refuse('body.cut', { cause });
  }
}

/**
 * Reads a JSON body (RFC 8259): a long one while it comes, so that it neither holds the process nor is there twice.
 * @throws what `readBody` and `parseJson` throw, and body.notUtf8
 */
export async function readJson(
  req: IncomingMessage,
  {
    limit,
    types = ['application/json'],
    depth = usualDepth,
    share,
  }: Omit<BodyOptions, 'types'> & Partial<BodyOptions> & { depth?: number },
): Promise<unknown> {
  const options = { limit, types, share };
  try {
    mediaType(req, options);
    const length = req.headers['content-length'];
    if (length === undefined || Number(length) > wholeSize) return await readPieces(req, options, depth);
    return parseJson(utf8(await collect(req, options)), depth);
  } catch (error) {
    drain(req);
    throw error;
  }
}

/**
 * Reads a form (application/x-www-form-urlencoded).
 * @throws what `readBody` and `parseForm` throw, and body.notUtf8
 */
export async function readForm(req: IncomingMessage, { limit }: { limit: number }): Promise<URLSearchParams> {
  const { bytes } = await readBody(req, { limit, types: ['application/x-www-form-urlencoded'] });
  return parseForm(utf8(bytes));
}
