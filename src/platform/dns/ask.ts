import { Resolver } from 'node:dns/promises';

export interface Asked {
  server: string;
  role: 'resolver' | 'authority';
  /** `silent` and `error` are both no answer: too late or SERVFAIL, or a refusal and nonsense. */
  result: 'answered' | 'absent' | 'silent' | 'error';
  values: string[];
}

/** NXDOMAIN, and a name that has no such record. */
const absent = new Set(['ENOTFOUND', 'ENODATA']);
const silent = new Set(['ETIMEOUT', 'ESERVFAIL', 'ECONNREFUSED', 'ECANCELLED']);

/** A resolver that asks these servers once each. */
export function resolverOf(servers: readonly string[], timeoutMs: number): Resolver {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1, maxTimeout: timeoutMs });
  resolver.setServers(servers);
  return resolver;
}

/** Whether a failed query says that there is no such record, rather than nothing. */
export const saysAbsent = (error: unknown): boolean => absent.has(codeOf(error));

/**
 * Asks one server for the TXT records of a name. The strings of one record are joined (RFC 7208 §3.3), the records
 * sorted and each kept once, since their order means nothing.
 */
export async function askTxt(name: string, server: string, role: Asked['role'], timeoutMs: number): Promise<Asked> {
  try {
    const records = await resolverOf([server], timeoutMs).resolveTxt(name);
    const values = [...new Set(records.map((strings) => strings.join('')))].sort();
    return { server, role, result: 'answered', values };
  } catch (error) {
    const code = codeOf(error);
    const result = absent.has(code) ? 'absent' : silent.has(code) ? 'silent' : 'error';
    return { server, role, result, values: [] };
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
