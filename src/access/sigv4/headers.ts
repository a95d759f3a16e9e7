import { signatureErrors } from './errors.ts';

/** The header fields of a request by lower-case name, each with all its values in the order they were sent. */
export type SentHeaders = ReadonlyMap<string, readonly string[]>;

/** Node's own view joins, drops and renames; a signature is over what was sent. */
export function sentHeaders(raw: readonly string[]): SentHeaders {
  const headers = new Map<string, string[]>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const values = headers.get(name);
    if (values) values.push(raw[i + 1]!);
    else headers.set(name, [raw[i + 1]!]);
  }
  return headers;
}

/**
 * The one value of a header, or undefined.
 * @throws signature.incomplete when it is sent twice: whoever reads the other one would read another request
 */
export function onlyValue(headers: SentHeaders, name: string): string | undefined {
  const values = headers.get(name) ?? [];
  if (values.length > 1) throw signatureErrors('signature.incomplete', { values: { reason: `${name} is sent twice` } });
  return values[0];
}
