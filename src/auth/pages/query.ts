import type { Request } from 'express';
import { authErrors } from '../errors.ts';

/** The address that was asked for, on our public origin: never by the Host header. */
export const addressOf = (publicUrl: string, req: Request): URL => new URL(publicUrl + req.originalUrl);

/** Two values of one parameter could be read differently by two readers. @throws signIn.parameterInvalid */
export function refuseDuplicates({ searchParams }: URL): void {
  const seen = new Set<string>();
  for (const name of searchParams.keys()) {
    if (seen.has(name))
      throw authErrors('signIn.parameterInvalid', { field: name.slice(0, 64), values: { name: name.slice(0, 64) } });
    seen.add(name);
  }
}

/** A parameter of one line, or null. @throws signIn.parameterInvalid */
export function lineOf({ searchParams }: URL, name: string, longest: number): string | null {
  const value = searchParams.get(name);
  if (value !== null && (value.length > longest || /\p{Cc}/u.test(value))) {
    throw authErrors('signIn.parameterInvalid', { field: name, values: { name } });
  }
  return value;
}
