import { domainOf, normaliseAddress } from '../../../accounts/domains/name.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { engineOf, firstRow } from '../../../platform/database/run.ts';
import { selectRow } from '../../../platform/database/select.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { newId } from '../../../platform/ids/ids.ts';
import { UserCauseTable } from '../../../users/lifecycle/cause.entity.ts';
import { type User, UserTable } from '../../../users/user.entity.ts';
import { authErrors } from '../../errors.ts';
import type { Proof } from './finish.ts';
import { type FederatedIdentity, FederatedIdentityTable } from './identity.entity.ts';

export interface Match {
  user: User;
  /** False at the first sign-in, which writes the identity down. */
  joined: boolean;
}

/**
 * Whose proof this is, in the connection's own account: the person who is joined to this subject; else the one whom
 * the same connection pushed with this subject as `externalId`; else the one with an address that the provider vouches
 * for, in a domain that this account has verified. Never anybody of another connection, and never by address a subject
 * that stood, or stands, for somebody else.
 * @throws signIn.unknownPerson, signIn.anotherSubject
 */
export async function matchPerson(on: Reader, proof: Proof): Promise<Match> {
  const { connection, issuer, subject } = proof;
  const identity = await on.findOneBy(FederatedIdentityTable, { connectionId: connection.id, issuer, subject });
  const known = identity && (await on.findOneBy(UserTable, { id: identity.userId }));
  if (known && known.deletedAt === null) return { user: known, joined: true };
  const user = (await pushedAs(on, proof)) ?? (await addressed(on, proof, known));
  if (!user || (known && (await isSuspended(on, known)) && !(await isSuspended(on, user)))) {
    throw authErrors('signIn.unknownPerson', { detail: 'no person for this subject or address' });
  }
  const other = await on.findOneBy(FederatedIdentityTable, { connectionId: connection.id, issuer, userId: user.id });
  // The same subject: another first sign-in of theirs was committed between the two questions.
  if (other && other.subject !== subject) {
    throw authErrors('signIn.anotherSubject', { detail: `user ${user.id} is joined to another subject` });
  }
  return { user, joined: other !== null };
}

/**
 * `matchPerson` of somebody who has signed in before, in a unit: locked, as whoever changed them before has left them.
 * One turn.
 * @returns null for everybody else, and where the subject has come to stand for another meanwhile
 */
export async function joinedPerson(m: Writer, { connection, issuer, subject }: Proof): Promise<User | null> {
  const whose = sql`(SELECT f."userId" FROM "federated_identities" f
      WHERE f."connectionId" = ${connection.id} AND f."issuer" = ${issuer} AND f."subject" = ${subject})`;
  const isTheirs = sql`a."id" = ${whose} AND a."deletedAt" IS NULL`;
  if (engineOf(m) === 'sqlite') return selectRow(m, UserTable, isTheirs);
  const locked = firstRow<{ id: string }>(m, sql`SELECT "id" FROM "users" WHERE "id" = ${whose} FOR NO KEY UPDATE`);
  const [held, user] = await Promise.all([locked, selectRow(m, UserTable, isTheirs)]);
  return user?.id === held?.id ? user : null;
}

/** Writes down whose subject this is: once, whatever becomes of addresses later. */
export async function join(m: Writer, proof: Proof, userId: string): Promise<void> {
  const { connection, issuer, subject } = proof;
  // A subject whose person was deleted may be pushed again as a new person.
  await m.delete(FederatedIdentityTable, { connectionId: connection.id, issuer, subject });
  const identity: FederatedIdentity = {
    id: newId(),
    connectionId: connection.id,
    issuer,
    subject,
    userId,
    createdAt: clock.now(),
  };
  await m.insert(FederatedIdentityTable, identity);
}

/** The subject that a person is joined to, for the administrator who may have to unlink it. */
export const identitiesOf = (on: Reader, userId: string): Promise<FederatedIdentity[]> =>
  on.findBy(FederatedIdentityTable, { userId });

const pushedAs = async (on: Reader, { connection, subject }: Proof): Promise<User | null> => {
  const found = await on.find(UserTable, { where: { connectionId: connection.id, externalId: subject }, take: 50 });
  const alive = found.filter(({ deletedAt }) => deletedAt === null);
  return alive.length === 1 ? alive[0]! : null;
};

/** The subject of a deleted person whom an administrator had suspended does not come back as one who is not. */
const isSuspended = (on: Reader, user: User): Promise<boolean> =>
  on.existsBy(UserCauseTable, { userId: user.id, cause: 'administrator' });

/**
 * Somebody whom this directory knew, or knows, by their subject is nobody else by address, whatever address they now
 * have; but may be the same one, pushed anew under the name or the address that they had.
 */
async function isSomebodyElse(
  on: Reader,
  { connection, subject }: Proof,
  known: User | null,
  user: User,
): Promise<boolean> {
  const pushed = await on.find(UserTable, { where: { connectionId: connection.id, externalId: subject }, take: 50 });
  const former = [...pushed, ...(known ? [known] : [])];
  return former.some((one) => one.userNameKey !== user.userNameKey && one.primaryAddressKey !== user.primaryAddressKey);
}

async function addressed(on: Reader, proof: Proof, known: User | null): Promise<User | null> {
  const { connection, address } = proof;
  const key = address === null ? null : normaliseAddress(address);
  const domain = address === null ? null : domainOf(address);
  if (!key || !domain) return null;
  const found = await firstRow<{ id: string }>(
    on,
    sql`SELECT u."id" FROM "users" u JOIN "domains" d
          ON d."accountId" = u."accountId" AND d."name" = ${domain} AND d."state" = 'verified'
        WHERE u."connectionId" = ${connection.id} AND u."primaryAddressKey" = ${key} AND u."deletedAt" IS NULL`,
  );
  const user = found && (await on.findOneBy(UserTable, { id: found.id }));
  return user && !(await isSomebodyElse(on, proof, known, user)) ? user : null;
}
