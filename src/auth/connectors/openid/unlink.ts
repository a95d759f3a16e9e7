import type { Ground } from '../../../trail/ground.ts';
import { personal } from '../../../trail/people/personal.ts';
import { requireUser } from '../../../users/lifecycle/administer.ts';
import { putOut, type Scope } from '../../../users/lifecycle/out.ts';
import { authErrors } from '../../errors.ts';
import { FederatedIdentityTable } from './identity.entity.ts';

/**
 * Parts a person from the subject that they were joined to, and puts them out: their next sign-in joins them anew.
 * @throws user.notFound, identity.notFound
 */
export async function unlinkIdentity(ground: Ground, scope: Scope, userId: string, identityId: string): Promise<void> {
  const { organisationId, accountId } = scope;
  const action = {
    eventName: 'UnlinkIdentity',
    organisationId,
    accountId,
    requestParameters: { accountId, userId, identityId },
  };
  await ground.trail.perform(action, async (m) => {
    const user = await requireUser(m, scope, userId);
    const identity = await m.findOneBy(FederatedIdentityTable, { id: identityId, userId: user.id });
    if (!identity) throw authErrors('identity.notFound');
    await m.delete(FederatedIdentityTable, { id: identity.id });
    await putOut(ground, m, user, [user.id], 'signOut');
    return {
      result: undefined,
      responseElements: { issuer: identity.issuer, subject: personal(identity.subject) },
      about: user.id,
    };
  });
}
