import { firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { type Because, type Entitlement, entitlement } from '../../users/entitlement/entitlement.ts';
import type { Principal } from '../sessions/principal.ts';

type Columns = Pick<Principal, 'organisationId' | 'epoch' | 'accountEpoch'> & {
  outBecause: string | null;
  accountId: string;
  displayName: string | null;
};

/** A person as sessions see them: whether they may be in is what entitlement says, of what is committed now. */
export const userPrincipal = async (on: Reader, id: string): Promise<Principal | null> =>
  (await standingOf(on, id)).principal;

/** A person as sessions see them, beside the entitlement that says so: asked in one turn. */
export async function standingOf(
  on: Reader,
  id: string,
): Promise<{ principal: Principal | null; entitled: Entitlement }> {
  const asked = firstRow<Columns>(
    on,
    sql`SELECT u."organisationId", u."accountId", u."displayName", u."epoch", u."outBecause", a."epoch" AS "accountEpoch"
        FROM "users" u JOIN "accounts" a ON a."id" = u."accountId" WHERE u."id" = ${id}`,
  );
  const [user, entitled] = await Promise.all([asked, entitlement(on, id)]);
  return { principal: user && principalOf(id, user, entitled), entitled };
}

function principalOf(id: string, user: Columns, { maySignIn, tier, because }: Entitlement): Principal {
  const refusal = because.find((reason) => !('tier' in reason));
  return {
    kind: 'user',
    id,
    ...user,
    tier,
    mayBeIn: maySignIn,
    refusedBecause: maySignIn ? null : wordOf(refusal?.kind, user.outBecause),
  };
}

/** For the page: who is gone is told how, as they may have gone by themselves. */
function wordOf(kind: Because['kind'] | undefined, outBecause: string | null): string {
  if (kind === 'deleted') return outBecause === 'left' || outBecause === 'removed' ? outBecause : kind;
  return kind === 'noGroup' ? 'group' : (kind ?? 'signOut');
}
