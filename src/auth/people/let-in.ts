import { clock } from '../../platform/clock/clock.ts';
import { lockRows } from '../../platform/database/lock.ts';
import { changed, engineOf } from '../../platform/database/run.ts';
import { selectRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { identifyAs } from '../../platform/context/context.ts';
import type { Action, Done } from '../../trail/trail.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Because } from '../../users/entitlement/entitlement.ts';
import { entitlement } from '../../users/entitlement/entitlement.ts';
import { hasOwnAccount } from '../../users/own.ts';
import { type User, UserTable } from '../../users/user.entity.ts';
import { beginTrial } from '../../users/trial/begin.ts';
import type { Proof } from '../connectors/openid/finish.ts';
import { ConnectionTable } from '../connectors/openid/connection.entity.ts';
import { join, type Match, matchPerson } from '../connectors/openid/person.ts';
import { credentialErrors } from '../credentials/errors.ts';
import { rememberDevice } from '../credentials/guesses/devices.ts';
import type { Browser, Further, In, SecondAwaited } from '../credentials/signing-in/browser.ts';
import type { PendingSignIn } from '../credentials/signing-in/pending.entity.ts';
import { endPending } from '../credentials/signing-in/pending.ts';
import { authErrors } from '../errors.ts';
import { tellOfNewDevice } from '../own/new-device.ts';
import type { Session } from '../sessions/session.entity.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { requireNoCompany } from './at-company.ts';
import { whosePerson } from './holder.ts';
import { beginPersonPending } from './pending.ts';
import { userPrincipal } from './principal.ts';
import { type AnyProof, isOwn, newPasswordPath } from './proof.ts';
import { needsSecond } from './second-factor.ts';

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

/** Whose proof it is. @throws what `matchPerson` throws; signIn.stale for an own account that is none any more */
async function match(on: Reader, proof: AnyProof): Promise<Match> {
  if (!isOwn(proof)) return matchPerson(on, proof);
  const user = await selectRow(on, UserTable, sql`a."id" = ${proof.userId}`);
  if (!user || user.deletedAt !== null || !(await hasOwnAccount(on, user))) {
    throw authErrors('signIn.stale', { detail: 'no own account any more' });
  }
  return { user, joined: true };
}

/** Whose proof it is, and still is once nobody else can change them. @throws what `match` throws, signIn.stale */
async function matchAndLock(m: Writer, proof: AnyProof): Promise<Match> {
  const first = await match(m, proof);
  if (engineOf(m) === 'sqlite') return first; // nobody else writes
  await lockRows(m, 'users', [first.user.id]);
  const again = await match(m, proof);
  if (again.user.id !== first.user.id) throw authErrors('signIn.stale', { detail: 'the person was changed meanwhile' });
  return again;
}

/** A sign-in as the trail is told before it is known whose it is; an own account's, once that is known. */
export function signInAction(proof: AnyProof, user?: User): Action {
  if (!isOwn(proof)) {
    const { organisationId, accountId, id: connectionId } = proof.connection;
    const requestParameters = { accountId, connectionId, issuer: proof.issuer };
    return { eventName: 'SignIn', organisationId, accountId, requestParameters, beside: true };
  }
  const { organisationId = null, accountId = null } = user ?? {};
  const requestParameters = { accountId, userId: proof.userId };
  return { eventName: 'SignIn', organisationId, accountId, requestParameters, beside: true };
}

/** What the second step has shown, once it is behind. */
export interface Second {
  /** Such as `totp`, for the record. */
  provedBy: string;
}

/**
 * Lets in whom a proof names, if they may, inside a unit of work: matching, entitlement, identity and session, so that
 * no no can slip between. After a password alone somebody who has, or needs, a second factor is a step further and not
 * in: every way in comes through here, so none goes round it. Whose directory wants another password is not in either.
 * @param from what the browser brings; without its own random value nobody can come back for a second step
 * @throws signIn.unknownPerson, signIn.anotherSubject, signIn.stale, NotEntitled, AtCompany
 */
export async function admit(
  ground: Ground,
  sessions: Sessions,
  m: Writer,
  proof: AnyProof,
  from: Browser,
  second: Second | null,
): Promise<Done<Entered>> {
  if (!isOwn(proof)) await requireUnchanged(m, proof);
  const { user, joined } = await matchAndLock(m, proof);
  const { organisationId, accountId } = user;
  identifyAs({ type: 'User', principalId: user.id, userName: user.userName, organisationId, accountId });
  if (isOwn(proof)) await requireNoCompany(m, user);
  if (isOwn(proof)) await beginTrial(ground, m, user.id);
  const { maySignIn, because, tier } = await entitlement(m, user.id);
  const principal = await userPrincipal(m, user.id);
  if (!maySignIn || !principal) throw new NotEntitled(user, because);
  if (!second && (await needsSecond(m, user, proof))) {
    if (from.browser === '') throw credentialErrors('signIn.begunElsewhere');
    const token = await beginPersonPending(m, { user, accountEpoch: principal.accountEpoch, proof }, from.browser);
    return { result: { step: 'second', token }, eventName: 'BeginSignIn', responseElements: { userId: user.id } };
  }
  if (!isOwn(proof) && proof.newPassword) {
    const shown = { ...proof, ...(second && { shown: second.provedBy }) };
    const token = await beginPersonPending(
      m,
      { user, accountEpoch: principal.accountEpoch, proof: shown },
      from.browser,
    );
    return {
      result: { step: 'further', token, path: newPasswordPath },
      eventName: 'BeginSignIn',
      responseElements: { userId: user.id, wants: 'newPassword', ...(second && { provedBy: second.provedBy }) },
    };
  }
  if (!joined && !isOwn(proof)) await join(m, proof, user.id);
  const { previous } = from;
  if (previous) await sessions.end(m, previous.principalId, previous.id, 'signedInAgain');
  const begun = await sessions.begin(m, principal, ground.config.sessionHours * 3_600_000, proof);
  if (isOwn(proof)) await tellOfNewDevice(ground, m, user, from.device);
  // Only where Carillon counts guesses is a browser worth knowing.
  const isCounted = second !== null || isOwn(proof) || proof.connection.kind === 'ldap';
  const device = isCounted ? await rememberDevice(m, { ...whosePerson(user.id), organisationId }, from.device) : null;
  const now = clock.now();
  await changed(
    m,
    sql`UPDATE "users" SET "joinedAt" = COALESCE("joinedAt", ${now}), "lastActiveAt" = ${now},
          "liveUntil" = CASE WHEN "liveUntil" > ${begun.session.expiresAt} THEN "liveUntil"
                             ELSE ${begun.session.expiresAt} END
        WHERE "id" = ${user.id} RETURNING "id"`,
  );
  return {
    result: { step: 'in', ...begun, device },
    responseElements: {
      userId: user.id,
      sessionId: begun.session.id,
      permissionTier: tier,
      ...(second && { provedBy: second.provedBy }),
    },
  };
}

/** In, with the browser's new token where it is known from now on; or a step further. */
export type Entered = (Omit<In, 'device'> & { device: string | null }) | SecondAwaited | Further;

/** A second factor that was shown before the page for another password: it counts once. */
export interface Shown extends Second {
  pending: PendingSignIn;
}

/**
 * Lets in whom a connector, or Carillon itself, has proved, if they may.
 * @param from what the browser brings; or only the session that it held before, which ends: an id from before a sign-in
 *   never outlives it
 * @param shown what was shown before
 * @throws what `admit` throws; signIn.begunElsewhere when `shown` has counted already
 */
export async function letIn(
  ground: Ground,
  sessions: Sessions,
  proof: AnyProof,
  from: Browser | Session | null,
  shown: Shown | null = null,
): Promise<Entered> {
  const browser = from && 'browser' in from ? from : { browser: '', device: undefined, previous: from };
  if (isOwn(proof)) {
    const user = await ground.db.read.findOneBy(UserTable, { id: proof.userId });
    return ground.trail.perform(signInAction(proof, user ?? undefined), (m) =>
      admit(ground, sessions, m, proof, browser, null),
    );
  }
  const { organisationId, accountId } = proof.connection;
  identifyAs({ type: 'Anonymous', principalId: proof.subject.slice(0, 255), organisationId, accountId });
  return ground.trail.perform(signInAction(proof), async (m) => {
    if (shown) await endPending(m, 'user', shown.pending);
    return admit(ground, sessions, m, proof, browser, shown);
  });
}
