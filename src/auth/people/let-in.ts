import { clock } from '../../platform/clock/clock.ts';
import { lockRows } from '../../platform/database/lock.ts';
import { changed, engineOf } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { identifyAs } from '../../platform/context/context.ts';
import type { Ground } from '../../trail/ground.ts';
import { type Because, type Entitlement, entitlement } from '../../users/entitlement/entitlement.ts';
import type { User } from '../../users/user.entity.ts';
import type { Proof } from '../connectors/openid/finish.ts';
import { ConnectionTable } from '../connectors/openid/connection.entity.ts';
import { join, type Match, matchPerson } from '../connectors/openid/person.ts';
import { authErrors } from '../errors.ts';
import type { Session } from '../sessions/session.entity.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { userPrincipal } from './principal.ts';

/** Who proved who they are, and may not come in: the page tells them why, and whom to ask. */
export class NotEntitled extends CarillonError {
  readonly user: User;
  readonly because: Because[];

  constructor(user: User, because: Because[]) {
    const { code, kind, message } = authErrors('signIn.notEntitled');
    super(code, kind, message, { detail: because.map(({ kind: why }) => why).join(', ') });
    this.user = user;
    this.because = because;
  }
}

/** The provider's answer took its time: what it was asked for must still be what the account trusts. */
async function requireUnchanged(on: Reader, { connection }: Proof): Promise<void> {
  const now = await on.findOneBy(ConnectionTable, { id: connection.id });
  if (now?.updatedAt !== connection.updatedAt || now.issuer !== connection.issuer) {
    throw authErrors('signIn.stale', { detail: 'the connection was changed meanwhile' });
  }
}

/** Whose proof it is, and still is once nobody else can change them. @throws what `matchPerson` throws, signIn.stale */
async function matchAndLock(m: Writer, proof: Proof): Promise<Match> {
  const first = await matchPerson(m, proof);
  if (engineOf(m) === 'sqlite') return first; // nobody else writes
  await lockRows(m, 'users', [first.user.id]);
  const match = await matchPerson(m, proof);
  if (match.user.id !== first.user.id) throw authErrors('signIn.stale', { detail: 'the person was changed meanwhile' });
  return match;
}

/**
 * Lets in whom a connector has proved, if they may: matching, entitlement, identity and session in one unit of work,
 * so that no no can slip between.
 * @param previous the session that this browser held before, which ends: an id from before a sign-in never outlives it
 * @throws signIn.unknownPerson, signIn.anotherSubject, NotEntitled
 */
export async function letIn(
  ground: Ground,
  sessions: Sessions,
  proof: Proof,
  previous: Session | null,
): Promise<{ session: Session; token: string }> {
  const { organisationId, accountId } = proof.connection;
  const requestParameters = { accountId, connectionId: proof.connection.id, issuer: proof.issuer };
  identifyAs({ type: 'Anonymous', principalId: proof.subject.slice(0, 255), organisationId, accountId });
  const action = { eventName: 'SignIn', organisationId, accountId, requestParameters, beside: true };
  return ground.trail.perform(action, async (m) => {
    await requireUnchanged(m, proof);
    const { user, joined } = await matchAndLock(m, proof);
    identifyAs({ type: 'User', principalId: user.id, userName: user.userName, organisationId, accountId });
    const { tier, ...begun } = await admit(ground, sessions, m, user, { previous, proof });
    if (!joined) await join(m, proof, user.id);
    return { result: begun, responseElements: { userId: user.id, sessionId: begun.session.id, permissionTier: tier } };
  });
}

/**
 * Begins the session of somebody who is known by now, if they may come in, in the unit that found out who they are: no no
 * can slip between.
 * @param from the session that this browser held before, which ends; when and how they proved who they are
 * @throws NotEntitled
 */
export async function admit(
  ground: Ground,
  sessions: Sessions,
  m: Writer,
  user: User,
  { previous, proof }: { previous: Session | null; proof: Pick<Session, 'authTime' | 'amr'> },
): Promise<{ session: Session; token: string; tier: Entitlement['tier'] }> {
  const { maySignIn, because, tier } = await entitlement(m, user.id);
  const principal = await userPrincipal(m, user.id);
  if (!maySignIn || !principal) throw new NotEntitled(user, because);
  if (previous) await sessions.end(m, previous.principalId, previous.id, 'signedInAgain');
  const { authTime, amr } = proof;
  const begun = await sessions.begin(m, principal, ground.config.sessionHours * 3_600_000, { authTime, amr });
  const now = clock.now();
  await changed(
    m,
    sql`UPDATE "users" SET "joinedAt" = COALESCE("joinedAt", ${now}), "lastActiveAt" = ${now},
          "liveUntil" = CASE WHEN "liveUntil" > ${begun.session.expiresAt} THEN "liveUntil"
                             ELSE ${begun.session.expiresAt} END
        WHERE "id" = ${user.id} RETURNING "id"`,
  );
  return { ...begun, tier };
}
