import type * as openid from 'openid-client';
import { selectRow } from '../../../platform/database/select.ts';
import { sql } from '../../../platform/database/sql.ts';
import { faultPoint } from '../../../platform/fault-points/fault-points.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import { authErrors } from '../../errors.ts';
import { attemptVerifier, type SignInAttempt, SignInAttemptTable } from './attempt.entity.ts';
import { type Callback, takeAttempt } from './attempts.ts';
import { type Connection, ConnectionTable } from './connection.entity.ts';
import { exchange, isUnavailable, refused, unavailable } from './exchange.ts';
import type { Providers } from './provider.ts';

/** What a provider has proved: who somebody is, and nothing more. */
export interface Proof {
  connection: Connection;
  issuer: string;
  subject: string;
  /** The address that the provider vouches for, or null. */
  address: string | null;
  target: string;
  /** When the provider says that it asked the person; null: it does not say. */
  authTime: number | null;
  /** How it did (RFC 8176), words parted by spaces; null: it does not say. */
  amr: string | null;
  /** A directory wants another password first, and nobody is in by this: what was typed, for the page that asks for one. */
  newPassword?: { email: string; name: string };
  /** Who it most likely is here: asked about in the same turn in which that is found out. */
  likely?: string;
  /** What is stored with what comes of it, whatever that is; not kept with a sign-in that waits. */
  alongside?: (m: Writer) => Promise<void>;
  /** By what somebody who is to choose another password has shown more than the present one. */
  shown?: string;
}

/**
 * Finishes a sign-in, as named checks in their order: the attempt is ours, unused, of this browser and this address;
 * then those of `exchange`.
 * @throws signIn.stale, signIn.refusedByProvider, signIn.notProved, signIn.providerUnavailable
 */
export async function finishSignIn(ground: Ground, providers: Providers, callback: Callback): Promise<Proof> {
  faultPoint('signIn.calledBack');
  const taken = await takeAttempt(ground, SignInAttemptTable, callback, connectionOfAttempt);
  faultPoint('signIn.taken');
  const { attempt, state } = taken;
  const connection = requireUnchanged(taken.beside, attempt);
  const { issuer, clientId, announcesIssuer } = connection;
  const configuration = await providers.of(connection).catch(unavailable);
  const verifier = ground.seal.unseal(attempt.codeVerifier, placeIn(attemptVerifier, attempt.stateHash));
  const expected = { issuer, clientId, announcesIssuer, state, verifier, attempt };
  const { info, ...proved } = await exchange(configuration, callback.url, expected, (error) => {
    // What cannot be reached may have moved: the next sign-in reads the discovery document afresh.
    if (isUnavailable(error)) providers.forget(connection);
    return refused(error);
  });
  faultPoint('signIn.proved');
  return { connection, ...proved, address: vouchedAddress(info), target: attempt.target };
}

const connectionOfAttempt = (on: Reader, stateHash: string): Promise<Connection | null> =>
  selectRow(
    on,
    ConnectionTable,
    sql`a."id" = (SELECT "connectionId" FROM "sign_in_attempts" WHERE "stateHash" = ${stateHash})`,
  );

/** @throws signIn.stale */
function requireUnchanged(connection: Connection | null, { createdAt }: SignInAttempt): Connection {
  if (!connection || connection.updatedAt > createdAt) {
    throw authErrors('signIn.stale', { detail: 'the connection was changed meanwhile' });
  }
  return connection;
}

function vouchedAddress(info: openid.UserInfoResponse): string | null {
  // Absent is how many directories say yes; false is a no, however it is spelled.
  const verified: unknown = info.email_verified;
  if (verified !== undefined && verified !== true && verified !== 'true') return null;
  return typeof info.email === 'string' ? info.email : null;
}
