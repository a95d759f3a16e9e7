import type { Sessions } from '../../auth/sessions/sessions.ts';
import type { Ground } from '../../trail/ground.ts';
import { accessErrors } from '../errors.ts';
import type { Administrator } from './administrator.entity.ts';
import { ownAction } from './own-action.ts';

type Owner = Pick<Administrator, 'id' | 'organisationId' | 'userName'>;

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
