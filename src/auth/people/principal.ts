import { firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { type Because, entitlement } from '../../users/entitlement/entitlement.ts';
import type { Principal } from '../sessions/principal.ts';

type Columns = Pick<Principal, 'organisationId' | 'epoch' | 'accountEpoch'> & {
  outBecause: string | null;
  accountId: string;
  displayName: string | null;
};

/** A person as sessions see them: whether they may be in is what entitlement says, of what is committed now. */
export async function userPrincipal(on: Reader, id: string): Promise<Principal | null> {
  const user = await firstRow<Columns>(
    on,
    sql`SELECT u."organisationId", u."accountId", u."displayName", u."epoch", u."outBecause", a."epoch" AS "accountEpoch"
        FROM "users" u JOIN "accounts" a ON a."id" = u."accountId" WHERE u."id" = ${id}`,
  );
  if (!user) return null;
  const { maySignIn, tier, because } = await entitlement(on, id);
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
