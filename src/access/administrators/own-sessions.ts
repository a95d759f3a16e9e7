import type { Sessions } from '../../auth/sessions/sessions.ts';
import { firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { accessErrors } from '../errors.ts';
import type { Administrator } from './administrator.entity.ts';
import { ownAction } from './own-action.ts';

type Owner = Pick<Administrator, 'id' | 'organisationId' | 'userName'>;

/**
 * Makes sure, in the unit that believes it, that an administrator's session is not over.
 * @throws administrator.sessionOver
 */
export async function requireSession(on: Reader, sessionId: string): Promise<void> {
  const live = await firstRow(
    on,
    sql`SELECT 1 AS "one" FROM "sessions" s JOIN "administrators" a ON a."id" = s."principalId"
        WHERE s."id" = ${sessionId} AND s."kind" = 'administrator' AND s."endedAt" IS NULL
        AND s."epoch" = a."epoch" AND a."passwordHash" IS NOT NULL`,
  );
  if (!live) throw accessErrors('administrator.sessionOver');
}

/** Ends one of an administrator's own devices. @throws administrator.sessionNotFound for one that is not theirs, or is out already */
export function endSession(ground: Ground, sessions: Sessions, of: Owner, sessionId: string): Promise<void> {
  const action = ownAction('EndSession', of, { sessionId: sessionId.slice(0, 64) });
  return ground.trail.perform(action, async (m) => {
    if (!(await sessions.end(m, of.id, sessionId, 'signedOutElsewhere')))
      throw accessErrors('administrator.sessionNotFound');
    return { result: undefined };
  });
}

/** Ends all of an administrator's own devices but one. @returns how many */
export function endOtherSessions(ground: Ground, sessions: Sessions, of: Owner, keep: string): Promise<number> {
  return ground.trail.perform(ownAction('EndOtherSessions', of), async (m) => {
    const ended = await sessions.endAll(m, of.id, 'signedOutElsewhere', keep);
    return { result: ended, responseElements: { ended } };
  });
}
