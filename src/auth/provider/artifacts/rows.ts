import { clock } from '../../../platform/clock/clock.ts';
import { changed, firstRow, isTrue, rows } from '../../../platform/database/run.ts';
import { type Sql, sql } from '../../../platform/database/sql.ts';
import { chunks } from '../../../platform/database/chunks.ts';
import type { Outbox } from '../../../platform/outbox/outbox.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import type { Artifact } from './artifact.entity.ts';
import { artifactId } from './ids.ts';
import { announceEnded, isRememberedKind } from './remembered.ts';

/** A row as either engine gives it, in one shape. */
const shaped = (row: Artifact): Artifact => ({ ...row, endsWithSession: isTrue(row.endsWithSession) });

/** What is kept under that id and has not expired; whether it still counts is another question (`Artifacts.live`). */
export async function readArtifact(on: Reader, id: string): Promise<Artifact | null> {
  const row = await firstRow<Artifact>(
    on,
    sql`SELECT * FROM "oidc_artifacts" WHERE "id" = ${id} AND "expiresAt" > ${clock.now()}`,
  );
  return row && shaped(row);
}

/** The device code that a person typed the user code of. */
export async function readByUserCode(on: Reader, hash: string): Promise<Artifact | null> {
  const row = await firstRow<Artifact>(
    on,
    sql`SELECT * FROM "oidc_artifacts" WHERE "userCodeHash" = ${hash} AND "expiresAt" > ${clock.now()}`,
  );
  return row && shaped(row);
}

/** How many device codes of a client have not expired. */
export async function countDeviceCodes(on: Reader, clientId: string): Promise<number> {
  const row = await firstRow<{ live: number | string }>(
    on,
    sql`SELECT COUNT(*) AS "live" FROM "oidc_artifacts"
        WHERE "clientId" = ${clientId} AND "model" = 'DeviceCode' AND "expiresAt" > ${clock.now()}`,
  );
  return Number(row?.live ?? 0);
}

/**
 * Writes an artifact. What hangs off a grant takes over whose it is and the epochs that the grant was born under, in
 * the statement itself: nothing that is made after a no can be younger than it. A second write of the same artifact
 * never changes what it was born under, and not that it was used.
 */
export async function writeArtifact(m: Writer, row: Artifact): Promise<void> {
  const grant = artifactId('Grant', row.grantId ?? '');
  await rows(
    m,
    sql`INSERT INTO "oidc_artifacts" ("id", "model", "organisationId", "accountId", "clientId", "userId", "grantId",
          "sessionId", "endsWithSession", "epoch", "accountEpoch", "userCodeHash", "payload", "sealedPayload", "createdAt", "expiresAt")
        VALUES (${row.id}, ${row.model},
          COALESCE((SELECT g."organisationId" FROM "oidc_artifacts" g WHERE g."id" = ${grant}), ${row.organisationId}),
          COALESCE((SELECT g."accountId" FROM "oidc_artifacts" g WHERE g."id" = ${grant}), ${row.accountId}),
          ${row.clientId}, ${row.userId}, ${row.grantId},
          COALESCE((SELECT g."sessionId" FROM "oidc_artifacts" g WHERE g."id" = ${grant}), ${row.sessionId}),
          ${row.endsWithSession},
          COALESCE((SELECT g."epoch" FROM "oidc_artifacts" g WHERE g."id" = ${grant}), ${row.epoch}),
          COALESCE((SELECT g."accountEpoch" FROM "oidc_artifacts" g WHERE g."id" = ${grant}), ${row.accountEpoch}),
          ${row.userCodeHash}, ${row.payload}, ${row.sealedPayload}, ${row.createdAt}, ${row.expiresAt})
        ON CONFLICT ("id") DO UPDATE SET "payload" = excluded."payload", "sealedPayload" = excluded."sealedPayload", "expiresAt" = excluded."expiresAt",
          "grantId" = excluded."grantId", "endsWithSession" = excluded."endsWithSession",
          "userId" = COALESCE("oidc_artifacts"."userId", excluded."userId"),
          "organisationId" = COALESCE("oidc_artifacts"."organisationId", excluded."organisationId"),
          "accountId" = COALESCE("oidc_artifacts"."accountId", excluded."accountId"),
          "sessionId" = COALESCE("oidc_artifacts"."sessionId", excluded."sessionId"),
          "epoch" = COALESCE("oidc_artifacts"."epoch", excluded."epoch"),
          "accountEpoch" = COALESCE("oidc_artifacts"."accountEpoch", excluded."accountEpoch")`,
  );
}

/** Writes an artifact that is nobody's, once. @returns false when it was there: of any number at once, one gets true */
export async function insertArtifact(m: Writer, row: Artifact): Promise<boolean> {
  const made = await changed<{ id: string }>(
    m,
    sql`INSERT INTO "oidc_artifacts" ("id", "model", "organisationId", "accountId", "clientId", "endsWithSession", "payload", "createdAt", "expiresAt")
        VALUES (${row.id}, ${row.model}, ${row.organisationId}, ${row.accountId}, ${row.clientId}, ${row.endsWithSession},
          ${row.payload}, ${row.createdAt}, ${row.expiresAt})
        ON CONFLICT ("id") DO NOTHING RETURNING "id"`,
  );
  return made.length === 1;
}

/** Uses an artifact up. @returns false when it was used already, or is gone: of any number at once, one gets true */
export async function consumeArtifact(m: Writer, id: string): Promise<boolean> {
  const used = await changed<{ id: string }>(
    m,
    sql`UPDATE "oidc_artifacts" SET "consumedAt" = ${clock.now()}
        WHERE "id" = ${id} AND "consumedAt" IS NULL RETURNING "id"`,
  );
  return used.length === 1;
}

export async function removeArtifact(m: Writer, id: string): Promise<void> {
  await rows(m, sql`DELETE FROM "oidc_artifacts" WHERE "id" = ${id}`);
}

/**
 * Holds a grant for the rest of the unit: what ends it now waits, and then finds what the unit has made of it.
 * @returns false when it has ended
 */
export async function holdGrant(m: Writer, grantId: string): Promise<boolean> {
  const held = await changed<{ id: string }>(
    m,
    sql`UPDATE "oidc_artifacts" SET "expiresAt" = "expiresAt"
        WHERE "id" = ${artifactId('Grant', grantId)} RETURNING "id"`,
  );
  return held.length === 1;
}

/** Ends a grant, and then everything that hangs off it: in this order, so that nothing is added in between. */
export async function removeGrant(outbox: Announces, m: Writer, grantId: string): Promise<void> {
  await removeArtifact(m, artifactId('Grant', grantId));
  await removeAll(outbox, m, sql`"grantId" = ${grantId}`);
}

type Announces = Pick<Outbox, 'announce'>;

async function removeAll(outbox: Announces, m: Writer, which: Sql): Promise<void> {
  const removed = await changed<Pick<Artifact, 'id' | 'model'>>(
    m,
    sql`DELETE FROM "oidc_artifacts" WHERE ${which} RETURNING "id", "model"`,
  );
  for (const some of chunks(removed.filter(({ model }) => isRememberedKind(model)))) {
    announceEnded(
      outbox,
      some.map(({ id }) => id),
    );
  }
}

/** Ends everything that a person has given an application. @returns how many grants */
export async function removeGrantsOf(outbox: Announces, m: Writer, userId: string, clientId: string): Promise<number> {
  const of = sql`"userId" = ${userId} AND "clientId" = ${clientId}`;
  const grants = await changed(m, sql`DELETE FROM "oidc_artifacts" WHERE ${of} AND "model" = 'Grant' RETURNING "id"`);
  await removeAll(outbox, m, of);
  return grants.length;
}

/** Deletes what has expired. */
export async function sweepArtifacts(m: Writer): Promise<void> {
  await rows(m, sql`DELETE FROM "oidc_artifacts" WHERE "expiresAt" < ${clock.now()}`);
}
