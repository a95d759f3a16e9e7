import { mediaType, plainMediaType } from '../protocol/messages.ts';

/** How much a client wants a media type (RFC 9110 §12.5.1), by the closest of its ranges; undefined for not at all. */
function quality(ranges: readonly string[], type: string): number | undefined {
  for (const wanted of [type, 'application/*', '*/*'])
    for (const range of ranges) {
      const [name, ...parameters] = range.split(';').map((part) => part.trim());
      if (name !== wanted) continue;
      const q = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
      return Number.isNaN(q) ? 1 : q;
    }
  return undefined;
}

/**
 * The media type of an answer: plain JSON when the client would rather have it, else SCIM's own (RFC 7644 §3.8), also
 * for a client that names neither: a directory which asks for `text/html` still gets to read what is wrong.
 */
export function answerType(accept: string | undefined): string {
  const asked = accept?.slice(0, 1024).toLowerCase() ?? '';
  if (!asked.includes('application/json')) return mediaType;
  const ranges = asked.split(',');
  const [plain = 0, own = 0] = [quality(ranges, 'application/json'), quality(ranges, 'application/scim+json')];
  return plain > own ? plainMediaType : mediaType;
}
