import { clock } from '../../../platform/clock/clock.ts';
import { insertRow } from '../../../platform/database/insert.ts';
import { changed, firstRow, isTrue, rows } from '../../../platform/database/run.ts';
import { list, type Sql, sql } from '../../../platform/database/sql.ts';
import { chunks } from '../../../platform/database/chunks.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import { newId } from '../../../platform/ids/ids.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { OidcClient } from '../clients/client.entity.ts';
import { LogoutDeliveryTable } from './delivery.entity.ts';
import type { RelyingPartySession } from './relying-party.entity.ts';

/** There is something to deliver: said to this process alone. */
export const logoutDueTopic = 'logout.due';

/** Under which session of ours a client is given an ID token. */
export interface Participation {
  client: Pick<OidcClient, 'id' | 'organisationId'>;
  session: { id: string; principalId: string; accountId: string | null };
  /** The `sub` of the ID token. */
  subject: string;
}

/**
 * Notes, in the unit that grants an ID token, that a client takes part in a session of ours.
 * @returns the `sid` for its ID tokens: the same for as long as both last
 */
export async function noteRelyingParty(m: Writer, { client, session, subject }: Participation): Promise<string> {
  await changed(
    m,
    sql`INSERT INTO "relying_party_sessions"
          ("id", "organisationId", "accountId", "clientId", "sessionId", "userId", "subject", "createdAt")
        VALUES (${newId()}, ${client.organisationId}, ${session.accountId}, ${client.id}, ${session.id},
          ${session.principalId}, ${subject}, ${clock.now()})
        ON CONFLICT DO NOTHING RETURNING "id"`,
  );
  const row = await firstRow<{ id: string }>(
    m,
    sql`SELECT "id" FROM "relying_party_sessions"
        WHERE "sessionId" = ${session.id} AND "clientId" = ${client.id} AND "endedAt" IS NULL`,
  );
  return row!.id;
}

type Ended = RelyingPartySession & { uri: string | null; withSession: unknown };

/**
 * Ends relying-party sessions, in the unit that ended what they hang on, and leaves a logout token to be delivered to
 * each client that has an address for it.
 * @param which a condition on the relying-party session `r`
 * @returns how many will be told
 */
export async function endRelyingParties(ground: Ground, m: Writer, which: Sql, because: string): Promise<number> {
  const ended = await rows<Ended>(
    m,
    sql`SELECT r.*, c."backchannelLogoutUri" AS "uri", c."backchannelLogoutSession" AS "withSession"
        FROM "relying_party_sessions" r LEFT JOIN "oidc_clients" c ON c."id" = r."clientId"
        WHERE r."endedAt" IS NULL AND ${which}`,
  );
  if (ended.length === 0) return 0;
  const now = clock.now();
  for (const some of chunks(ended)) {
    await changed(
      m,
      sql`UPDATE "relying_party_sessions" SET "endedAt" = ${now}, "endedBecause" = ${because}
          WHERE "id" IN (${list(some.map(({ id }) => id))}) AND "endedAt" IS NULL RETURNING "id"`,
    );
  }
  const toTell = ended.filter(({ uri }) => uri !== null);
  for (const { id, organisationId, accountId, clientId, userId, subject, uri, withSession } of toTell) {
    await insertRow(m, LogoutDeliveryTable, {
      id,
      organisationId,
      accountId,
      clientId,
      userId,
      subject,
      uri: uri!,
      withSession: isTrue(withSession),
      because,
      state: 'ready',
      createdAt: now,
      claimedUntil: null,
      attempts: 0,
      notBefore: 0,
      finishedAt: null,
      lastError: null,
    });
  }
  if (toTell.length > 0) ground.outbox.announce(logoutDueTopic, toTell[0]!.clientId);
  return toTell.length;
}

/** What follows, in the same unit, when sessions of ours end by their rows: every client that took part is told. */
export const endRelyingPartiesOf =
  (ground: Ground) =>
  async (m: Writer, sessionIds: readonly string[], because: string): Promise<void> => {
    for (const some of chunks(sessionIds)) {
      await endRelyingParties(ground, m, sql`r."sessionId" IN (${list(some)})`, because);
    }
  };

/** Forgets in which relying parties these people were; who must still be told of their end is told first. */
export async function eraseRelyingParties(m: Writer, userIds: readonly string[]): Promise<void> {
  for (const some of chunks(userIds)) {
    await rows(
      m,
      sql`DELETE FROM "relying_party_sessions" WHERE "userId" IN (${list(some)}) AND "endedAt" IS NOT NULL`,
    );
    await rows(m, sql`DELETE FROM "logout_deliveries" WHERE "userId" IN (${list(some)}) AND "finishedAt" IS NOT NULL`);
  }
}
