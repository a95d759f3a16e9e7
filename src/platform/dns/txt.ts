import { getServers } from 'node:dns';
import { askTxt, type Asked } from './ask.ts';
import { authoritiesOf } from './authority.ts';

export interface TxtAnswer {
  outcome: 'found' | 'absent' | 'disagree' | 'silent';
  /** The values of a record that was found, sorted; otherwise empty. */
  values: string[];
  /** Every server that was asked, and what it said. */
  asked: Asked[];
}

export interface TxtResolverOptions {
  /** `ip` or `ip:port`; empty: the system's. */
  resolvers: readonly string[];
  /** For each question; 3 seconds. */
  timeoutMs?: number;
  /** Servers (`ip` or `ip:port`) that speak for every zone, in place of those that the zone names. */
  authoritative?: readonly string[];
  /** Where a zone's own servers are asked; 53. */
  authoritativePort?: number;
  /** Which addresses of a zone's own servers may be asked. */
  isPublic?: (address: string) => boolean;
}

export interface TxtResolver {
  /** Looks up the TXT records of a name (A-labels, no trailing dot). Never throws: trouble is an outcome. */
  lookUp(name: string): Promise<TxtAnswer>;
}

/** Makes the look-up of TXT records that asks several resolvers and the zone itself; see the README for its rule. */
export function createTxtResolver(options: TxtResolverOptions): TxtResolver {
  const { timeoutMs = 3000, authoritative = [], isPublic } = options;
  return {
    async lookUp(name) {
      const resolvers = options.resolvers.length > 0 ? options.resolvers : getServers();
      const findAuthorities = async (): Promise<readonly string[]> =>
        authoritative.length > 0
          ? authoritative
          : authoritiesOf(name, { resolvers, timeoutMs, port: options.authoritativePort ?? 53, isPublic });
      const ask = (servers: readonly string[], role: Asked['role']): Promise<Asked[]> =>
        Promise.all(servers.map((server) => askTxt(name, server, role, timeoutMs)));
      const [said, confirmed] = await Promise.all([
        ask(resolvers, 'resolver'),
        findAuthorities().then((servers) => ask(servers, 'authority')),
      ]);
      return judge(said, confirmed);
    },
  };
}

/** The rule: all resolvers that answer agree, and an authoritative server of the zone does. */
function judge(resolvers: Asked[], authorities: Asked[]): TxtAnswer {
  const asked = [...resolvers, ...authorities];
  const said = resolvers.filter(hasAnswered);
  const confirmed = authorities.filter(hasAnswered);
  const first = said[0];
  if (!first || confirmed.length === 0) return { outcome: 'silent', values: [], asked };
  const agree = said.every((other) => same(first, other)) && confirmed.some((other) => same(first, other));
  if (!agree) return { outcome: 'disagree', values: [], asked };
  return { outcome: first.values.length > 0 ? 'found' : 'absent', values: first.values, asked };
}

const hasAnswered = ({ result }: Asked): boolean => result === 'answered' || result === 'absent';

const same = (a: Asked, b: Asked): boolean => JSON.stringify(a.values) === JSON.stringify(b.values);
