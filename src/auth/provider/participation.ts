import type { KoaContextWithOIDC } from 'oidc-provider';
import { sql } from '../../platform/database/sql.ts';
import { firstRow } from '../../platform/database/run.ts';
import type { ProviderParts } from './configuration.ts';
import { currentUnit } from './artifacts/unit.ts';
import { noteRelyingParty } from './logout/end.ts';

/**
 * Notes that a client is about to be told of this session, so that it is told also of its end, and gives the
 * provider's session the `sid` that both will carry. Written before the code is: a client that has a code is known.
 */
export async function participate(
  { ground, clients, subjects }: ProviderParts,
  ctx: KoaContextWithOIDC,
): Promise<void> {
  const who = currentUnit()?.who;
  const client = await clients.find(ctx.oidc.client?.clientId ?? '');
  if (!who || !client || !ctx.oidc.session) return;
  const known = await firstRow<{ id: string }>(
    ground.db.read,
    sql`SELECT "id" FROM "relying_party_sessions"
        WHERE "sessionId" = ${who.session.id} AND "clientId" = ${client.id} AND "endedAt" IS NULL`,
  );
  const participation = { client, session: who.session, subject: subjects.of(who.principal.id, client) };
  const sid = known?.id ?? (await ground.db.write((m) => noteRelyingParty(m, participation)));
  ctx.oidc.session.sidFor(client.id, sid);
}
