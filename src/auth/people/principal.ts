import { firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { entitlement } from '../../users/entitlement/entitlement.ts';
import type { Principal } from '../sessions/principal.ts';

type Columns = Pick<Principal, 'organisationId' | 'epoch' | 'accountEpoch'> & {
  accountId: string;
  displayName: string | null;
};

/** A person as sessions see them: whether they may be in is what entitlement says, of what is committed now. */
export async function userPrincipal(on: Reader, id: string): Promise<Principal | null> {
  const user = await firstRow<Columns>(
    on,
    sql`SELECT u."organisationId", u."accountId", u."displayName", u."epoch", a."epoch" AS "accountEpoch"
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
    refusedBecause: maySignIn ? null : refusal?.kind === 'noGroup' ? 'group' : (refusal?.kind ?? 'signOut'),
  };
}
