import { clock } from '../../platform/clock/clock.ts';
import { lockRows } from '../../platform/database/lock.ts';
import { engineOf, firstRow, later } from '../../platform/database/run.ts';
import { selectRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { identifyAs } from '../../platform/context/context.ts';
import type { Action, Done } from '../../trail/trail.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Because } from '../../users/entitlement/entitlement.ts';
import { type User, UserTable } from '../../users/user.entity.ts';
import { awaitsTrial, beginTrial } from '../../users/trial/begin.ts';
import type { Proof } from '../connectors/openid/finish.ts';
import { join, joinedPerson, type Match, matchPerson } from '../connectors/openid/person.ts';
import { credentialErrors } from '../credentials/errors.ts';
import { rememberDevice } from '../credentials/guesses/devices.ts';
import type { Browser, Further, In, SecondAwaited } from '../credentials/signing-in/browser.ts';
import type { PendingSignIn } from '../credentials/signing-in/pending.entity.ts';
import { endPending } from '../credentials/signing-in/pending.ts';
import { authErrors } from '../errors.ts';
import { isSignedInHere } from '../own/logins.ts';
import { tellOfNewDevice, toTellOfDevice } from '../own/new-device.ts';
import { placeOfPerson } from '../own/place.ts';
import type { Session } from '../sessions/session.entity.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { requireNoCompany } from './at-company.ts';
import { whosePerson } from './holder.ts';
import { beginPersonPending } from './pending.ts';
import { standingOf } from './principal.ts';
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
async function requireUnchanged(on: Reader, { connection: { id, updatedAt, issuer } }: Proof): Promise<void> {
  const same = await firstRow(
    on,
    sql`SELECT 1 AS "one" FROM "connections" WHERE "id" = ${id} AND "updatedAt" = ${updatedAt} AND "issuer" = ${issuer}`,
  );
  if (!same) throw authErrors('signIn.stale', { detail: 'the connection was changed meanwhile' });
}

/** The person of an own account. @throws signIn.stale for one that is none any more */
async function ownPerson(on: Reader, userId: string): Promise<User> {
  const isTheirs = sql`a."id" = ${userId} AND a."deletedAt" IS NULL AND ${isSignedInHere(sql`a."id"`, sql`a."connectionId"`)}`;
  const user = await selectRow(on, UserTable, isTheirs);
  if (!user) throw authErrors('signIn.stale', { detail: 'no own account any more' });
  return user;
}

/**
 * Whose proof a connector's is that nobody was joined to, and still is once nobody else can change them.
 * @throws what `matchPerson` throws, signIn.stale
 */
async function matchAndLock(m: Writer, proof: Proof): Promise<Match> {
  const first = await matchPerson(m, proof);
  if (engineOf(m) === 'sqlite') return first; // nobody else writes
  await lockRows(m, 'users', [first.user.id]);
  const again = await matchPerson(m, proof);
  if (again.user.id !== first.user.id) throw authErrors('signIn.stale', { detail: 'the person was changed meanwhile' });
  return again;
}

/** What decides whether somebody comes in, and how: asked in one turn. */
async function askAbout(m: Writer, userId: string, proof: AnyProof, { device }: Browser, second: Second | null) {
  const own = isOwn(proof);
  const [{ principal, entitled }, needs, place, toTell] = await Promise.all([
    standingOf(m, userId),
    second ? false : needsSecond(m, userId, proof),
    own ? placeOfPerson(m, userId) : null,
    own ? toTellOfDevice(m, userId, device) : null,
  ]);
  return { principal, entitled, needs, place, toTell };
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
 * @param still of an own account, what else must hold: asked in the same turn as the rest, and thrown first
 * @throws signIn.unknownPerson, signIn.anotherSubject, signIn.stale, NotEntitled, AtCompany
 */
export async function admit(
  ground: Ground,
  sessions: Sessions,
  m: Writer,
  proof: AnyProof,
  from: Browser,
  second: Second | null,
  still: () => Promise<void> = async () => undefined,
): Promise<Done<Entered>> {
  const { user, joined, about } = await matchAndAsk(m, proof, from, second, still);
  const { organisationId, accountId } = user;
  identifyAs({ type: 'User', principalId: user.id, userName: user.userName, organisationId, accountId });
  if (about.place) requireNoCompany(user, about.place);
  const begins = isOwn(proof) && awaitsTrial(user) && (await beginTrial(ground, m, user.id));
  const { principal, entitled } = begins ? await standingOf(m, user.id) : about;
  if (!entitled.maySignIn || !principal) throw new NotEntitled(user, entitled.because);
  if (about.needs) {
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
  const now = clock.now();
  // What a provider saw long ago is no proof of this moment; a second factor is.
  const provedAt = second ? now : Math.min(now, proof.authTime ?? now);
  const { authTime, amr } = proof;
  const begun = await sessions.begin(m, principal, ground.config.sessionHours * 3_600_000, { authTime, amr, provedAt });
  if (about.toTell) await tellOfNewDevice(ground, m, about.toTell);
  // Only where Carillon counts guesses is a browser worth knowing.
  const isCounted = second !== null || isOwn(proof) || proof.connection.kind === 'ldap';
  const device = isCounted ? await rememberDevice(m, { ...whosePerson(user.id), organisationId }, from.device) : null;
  await later(
    m,
    sql`UPDATE "users" SET "joinedAt" = COALESCE("joinedAt", ${now}), "lastActiveAt" = ${now},
          "liveUntil" = CASE WHEN "liveUntil" > ${begun.session.expiresAt} THEN "liveUntil"
                             ELSE ${begun.session.expiresAt} END
        WHERE "id" = ${user.id}`,
  );
  return {
    result: { step: 'in', ...begun, device },
    responseElements: {
      userId: user.id,
      sessionId: begun.session.id,
      permissionTier: entitled.tier,
      ...(second && { provedBy: second.provedBy }),
    },
  };
}

/** Whose proof it is, locked, with what is asked about them: of an own account, whose id is known, all in one turn. */
async function matchAndAsk(
  m: Writer,
  proof: AnyProof,
  from: Browser,
  second: Second | null,
  still: () => Promise<void>,
): Promise<Match & { about: Awaited<ReturnType<typeof askAbout>> }> {
  if (!isOwn(proof)) {
    const { likely } = proof;
    // Asked first, and therefore answered first: the person is locked when the others are.
    const joined = Promise.all([joinedPerson(m, proof), requireUnchanged(m, proof)]);
    const ahead = likely === undefined ? undefined : askAbout(m, likely, proof, from, second);
    await Promise.allSettled([joined, ahead]);
    const [user] = await joined;
    if (user && ahead && user.id === likely) return { user, joined: true, about: await ahead };
    const match = user ? { user, joined: true } : await matchAndLock(m, proof);
    return { ...match, about: await askAbout(m, match.user.id, proof, from, second) };
  }
  const { userId } = proof;
  await lockRows(m, 'users', [userId]);
  const holds = still();
  const asked = Promise.all([ownPerson(m, userId), askAbout(m, userId, proof, from, second)]);
  await Promise.allSettled([holds, asked]); // so that the first of them is thrown, whichever came to nothing first
  await holds;
  const [user, about] = await asked;
  return { user, joined: true, about };
}

/** In, with the browser's new token where it is known from now on; or a step further. */
export type Entered = (Omit<In, 'device'> & { device: string | null }) | SecondAwaited | Further;

/** A second factor that was shown before the page for another password: it counts once. */
export interface Shown extends Second {
  pending: PendingSignIn;
}

/** What was to be stored with a sign-in that was refused: its refusal is what is told, whatever becomes of this. */
async function afterAll({ db, log }: Ground, alongside: Proof['alongside']): Promise<void> {
  if (!alongside) return;
  await db.write(alongside).catch((error: unknown) => log.warn({ error }, 'left undone beside a refused sign-in'));
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
    const user = await selectRow(ground.db.read, UserTable, sql`a."id" = ${proof.userId}`);
    return ground.trail.perform(signInAction(proof, user ?? undefined), (m) =>
      admit(ground, sessions, m, proof, browser, null),
    );
  }
  const { organisationId, accountId } = proof.connection;
  identifyAs({ type: 'Anonymous', principalId: proof.subject.slice(0, 255), organisationId, accountId });
  const { alongside } = proof;
  try {
    return await ground.trail.perform(signInAction(proof), async (m) => {
      if (shown) await endPending(m, 'user', shown.pending);
      const done = await admit(ground, sessions, m, proof, browser, shown);
      await alongside?.(m);
      return done;
    });
  } catch (error) {
    await afterAll(ground, alongside);
    throw error;
  }
}
