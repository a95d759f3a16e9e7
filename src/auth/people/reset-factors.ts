import type { Ground } from '../../trail/ground.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import { putOut, type Scope } from '../../users/lifecycle/out.ts';
import { factorsOf, forgetFactors, hasFactor } from '../credentials/factors/factors.ts';
import { whosePerson } from './holder.ts';

/**
 * An administrator takes away the second factors of a person who has lost them, with recovery codes and known browsers.
 * Whoever holds a session is out too: it may not be the owner who asked. At the next sign-in they set up another where
 * one is required.
 * @returns whether there was a second factor
 * @throws user.notFound
 */
export function resetFactors(ground: Ground, scope: Scope, userId: string): Promise<boolean> {
  const { organisationId, accountId } = scope;
  const requestParameters = { accountId, userId: userId.slice(0, 64) };
  return ground.trail.perform(
    { eventName: 'ResetUserFactors', organisationId, accountId, requestParameters },
    async (m) => {
      const user = await requireUser(m, scope, userId);
      const whose = whosePerson(user.id);
      const had = hasFactor(await factorsOf(m, whose));
      await forgetFactors(m, whose);
      await putOut(ground, m, scope, [user.id], 'signOut');
      return { result: had, responseElements: { hadFactor: had } };
    },
  );
}
