import { insertRow } from '../../../platform/database/insert.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { changed, rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Principal } from '../../sessions/principal.ts';
import { removeGrantsOf } from '../artifacts/rows.ts';
import type { ClientProtocol } from '../clients/kinds.ts';
import { authErrors } from '../../errors.ts';
import { endRelyingParties } from '../logout/end.ts';
import { ConsentTable } from './consent.entity.ts';

/** What a person has agreed that this application is told. */
export async function consentedScopes(on: Reader, userId: string, clientId: string): Promise<string[]> {
  return (await on.findOneBy(ConsentTable, { userId, clientId }))?.scopes ?? [];
}

/** Remembers what a person agrees to, beside what they have agreed to before. */
export async function rememberConsent(
  m: Writer,
  { id: userId, organisationId, accountId }: Principal,
  clientId: string,
  scopes: readonly string[],
): Promise<void> {
  const all = [...new Set([...(await consentedScopes(m, userId, clientId)), ...scopes])];
  const now = clock.now();
  const known = await changed(
    m,
    sql`UPDATE "oidc_consents" SET "scopes" = ${JSON.stringify(all)}, "updatedAt" = ${now}
        WHERE "userId" = ${userId} AND "clientId" = ${clientId} RETURNING "userId"`,
  );
  if (known.length > 0) return;
  const row = {
    userId,
    clientId,
    organisationId,
    accountId: accountId ?? '',
    scopes: all,
    createdAt: now,
    updatedAt: now,
  };
  await insertRow(m, ConsentTable, row);
}

/** An application that a person uses: that they have agreed to, or that holds something of theirs now. */
export interface UsedApplication {
  clientId: string;
  name: string;
  protocol: ClientProtocol;
  scopes: string[];
  /** Since when; null when it was never asked, being the organisation's own. */
  consentedAt: number | null;
}

/** The applications of a person, by name. */
export async function applicationsOf(
  on: Reader,
  { id: userId, organisationId }: Principal,
): Promise<UsedApplication[]> {
  const found = await rows<{
    clientId: string;
    name: string;
    protocol: ClientProtocol;
    scopes: string | null;
    createdAt: number | null;
  }>(
    on,
    sql`SELECT c."id" AS "clientId", c."name", c."protocol", o."scopes", o."createdAt" FROM "oidc_clients" c
        LEFT JOIN "oidc_consents" o ON o."clientId" = c."id" AND o."userId" = ${userId}
        WHERE c."organisationId" = ${organisationId} AND (o."userId" IS NOT NULL OR EXISTS (
          SELECT 1 FROM "oidc_artifacts" a WHERE a."userId" = ${userId} AND a."clientId" = c."id"
          AND a."model" = 'Grant' AND a."expiresAt" > ${clock.now()}))
        ORDER BY c."name", c."id"`,
  );
  return found.map(({ clientId, name, protocol, scopes, createdAt }) => ({
    clientId,
    name,
    protocol,
    scopes: scopes === null ? [] : (JSON.parse(scopes) as string[]),
    consentedAt: createdAt,
  }));
}

/**
 * Takes back what a person has agreed to: the application's grants and tokens end with this commit, on every device, and
 * it is told so.
 * @throws application.notFound
 */
export function revokeApplication(ground: Ground, principal: Principal, clientId: string): Promise<void> {
  const { organisationId, accountId, id: userId } = principal;
  const action = {
    eventName: 'RevokeConsent',
    organisationId,
    accountId,
    requestParameters: { userId, clientId: clientId.slice(0, 64) },
  };
  return ground.trail.perform(action, async (m) => {
    const agreed = await changed(
      m,
      sql`DELETE FROM "oidc_consents" WHERE "userId" = ${userId} AND "clientId" = ${clientId} RETURNING "userId"`,
    );
    const grants = await removeGrantsOf(ground.outbox, m, userId, clientId);
    if (agreed.length === 0 && grants === 0) throw authErrors('application.notFound');
    const which = sql`r."userId" = ${userId} AND r."clientId" = ${clientId}`;
    const told = await endRelyingParties(ground, m, which, 'revoked');
    return { result: undefined, responseElements: { grants, told } };
  });
}
