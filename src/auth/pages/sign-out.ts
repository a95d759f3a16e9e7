import type { Ground } from '../../trail/ground.ts';
import { authErrors } from '../errors.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { SignedIn } from '../web.ts';

/**
 * Ends one of a person's own devices: `SignOut` for the one that asks, `EndSession` for another.
 * @throws session.notFound for a device that is not theirs, or is out already
 */
export function signOutDevice(ground: Ground, sessions: Sessions, who: SignedIn, sessionId: string): Promise<void> {
  const here = sessionId === who.session.id;
  const { organisationId, accountId, id } = who.principal;
  const action = {
    eventName: here ? 'SignOut' : 'EndSession',
    organisationId,
    accountId,
    requestParameters: { userId: id, sessionId: sessionId.slice(0, 64) },
    beside: true,
  };
  return ground.trail.perform(action, async (m) => {
    if (!(await sessions.end(m, id, sessionId, here ? 'signedOutHere' : 'signedOutElsewhere'))) {
      throw authErrors('session.notFound');
    }
    return { result: undefined };
  });
}

/** Ends all of a person's devices but the one that asks. @returns how many */
export function signOutElsewhere(ground: Ground, sessions: Sessions, who: SignedIn): Promise<number> {
  const { organisationId, accountId, id } = who.principal;
  const requestParameters = { userId: id };
  const action = { eventName: 'EndOtherSessions', organisationId, accountId, requestParameters, beside: true };
  return ground.trail.perform(action, async (m) => {
    let ended = 0;
    for (const session of await sessions.list(who.principal)) {
      if (session.id === who.session.id) continue;
      if (await sessions.end(m, id, session.id, 'signedOutElsewhere')) ended++;
    }
    return { result: ended, responseElements: { ended } };
  });
}
