import type { IncomingMessage } from 'node:http';
import { identifyAs } from '../platform/context/context.ts';
import type { Cookies } from '../platform/http/cookies.ts';
import type { Csrf } from '../platform/http/csrf.ts';
import type { Streams } from '../platform/http/streams.ts';
import type { Keyring } from '../platform/secrets/keyring.ts';
import type { Ground } from '../trail/ground.ts';
import type { LdapClients } from '../directory/ldap/clients.ts';
import type { Upstairs } from '../users/lifecycle/upstairs.ts';
import type { Providers } from './connectors/openid/provider.ts';
import type { PrincipalKind } from './sessions/principal.ts';
import type { CheckResult, Sessions } from './sessions/sessions.ts';

/** What pages stand on: the ground, and what a browser brings. */
export interface Web {
  ground: Ground;
  keyring: Keyring;
  sessions: Sessions;
  providers: Providers;
  ldap: LdapClients;
  cookies: Cookies;
  csrf: Csrf;
  streams: Streams;
  /** What the floors above the people's move along with them. */
  upstairs: Upstairs;
}

/** The cookie of each kind of session: a person and an administrator can be the same human in one browser. */
export const sessionCookie: Record<PrincipalKind, string> = {
  user: 'carillon_session',
  administrator: 'carillon_admin',
};

/** Whoever is in, with their session. */
export type SignedIn = Extract<CheckResult, { in: true }>;

const nobody: CheckResult = { in: false, because: 'none', session: null };

/** Who is this, and may they? A request without a cookie is `none`; whoever is in acts from here on. */
export async function whoIs(
  web: Pick<Web, 'cookies' | 'sessions'>,
  req: IncomingMessage,
  kind: PrincipalKind,
): Promise<CheckResult> {
  const token = web.cookies.read(req, sessionCookie[kind]);
  if (!token) return nobody;
  const result = await web.sessions.check(token, kind);
  if (result.in) {
    const { principal, session } = result;
    identifyAs({
      type: kind === 'user' ? 'User' : 'Administrator',
      principalId: principal.id,
      organisationId: principal.organisationId,
      ...(principal.accountId && { accountId: principal.accountId }),
      sessionCreatedAt: session.createdAt,
    });
  }
  return result;
}
