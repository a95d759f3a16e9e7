import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HotRoute } from '../route.ts';
import { refuse } from '../errors.ts';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

interface Asset {
  bytes: Buffer;
  type: string;
  hash: string;
}

const prefix = '/assets/';
const assets = new Map<string, Asset>();

/**
 * Registers a file to be served, by its name alone.
 * @returns its address, which changes with its content
 * @throws Error when the name is taken or the type is not known
 */
export function asset(file: URL): string {
  const path = fileURLToPath(file);
  const name = basename(path);
  const type = types[extname(name)];
  if (type === undefined || assets.has(name)) throw new Error(`asset ${name} is of no known type, or there already`);
  const bytes = type === types['.css'] ? compact(readFileSync(path, 'utf8')) : readFileSync(path);
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
  assets.set(name, { bytes, type, hash });
  return `${prefix}${name}?v=${hash}`;
}

/** A style sheet without what only its writers need: comments, line breaks, indents. */
const compact = (css: string): Buffer =>
  Buffer.from(
    css
      .replaceAll(/\/\*[^]*?\*\//g, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ ?([{};,]) ?/g, '$1')
      .trim(),
  );

/** Serves what was registered: for ever under the address with the right hash, else to be asked for again. */
export const assetsRoute: HotRoute = {
  name: 'assets',
  matches: (method, path) => path.startsWith(prefix) && (method === 'GET' || method === 'HEAD'),
  async handle(req, res, url) {
    const found = assets.get(url.pathname.slice(prefix.length));
    if (!found) throw refuse('http.notFound');
    const etag = `"${found.hash}"`;
    res.setHeader('etag', etag);
    res.setHeader(
      'cache-control',
      url.searchParams.get('v') === found.hash ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    res.setHeader('x-content-type-options', 'nosniff');
    // An SVG that is opened by itself is a document, and may run nothing.
    res.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    if (req.headers['if-none-match'] === etag) {
      res.writeHead(304).end();
      return;
    }
    res.writeHead(200, { 'content-type': found.type, 'content-length': found.bytes.length });
    res.end(req.method === 'HEAD' ? undefined : found.bytes);
  },
};
