import type { z } from 'zod';
import { activateSeveral, assignLicences, type NotDone, suspendSeveral } from '../../users/lifecycle/several.ts';
import type { Call, Reply } from '../operation.ts';
import { faultOf } from '../wire/faults.ts';
import type { updateUsersBody, userIdsBody } from './schema.ts';
import { scopeOf } from './scope.ts';

type ByIds = Call<unknown, z.output<typeof userIdsBody>>;

/** Of whom something was not done, and why, in the API's shape; whoever is not named is done with. */
const answered = (notDone: readonly NotDone[]): Reply => ({
  status: 200,
  body: {
    UserErrors: notDone.map(({ userId, error }) => ({
      UserId: userId,
      ErrorCode: faultOf(error).code,
      ErrorMessage: error.message,
    })),
  },
});

/** Suspends people; those of a team account are removed from it. @throws account.notFound */
export async function batchSuspendUser(call: ByIds): Promise<Reply> {
  const { ground, upstairs, caller, body } = call;
  const scope = await scopeOf(call);
  return answered(await suspendSeveral(ground, upstairs, scope, body.UserIdList, caller.administratorId));
}

/** Lifts the suspension of people. @throws account.notFound */
export async function batchUnsuspendUser(call: ByIds): Promise<Reply> {
  return answered(await activateSeveral(call.ground, await scopeOf(call), call.body.UserIdList));
}

/** Gives people a permission tier, where no directory does. @throws account.notFound, user.tierByGroup */
export async function batchUpdateUser(call: Call<unknown, z.output<typeof updateUsersBody>>): Promise<Reply> {
  const items = call.body.UpdateUserRequestItems.map(({ UserId, LicenseType }) => [UserId, LicenseType] as const);
  return answered(await assignLicences(call.ground, await scopeOf(call), new Map(items)));
}
