import { personal } from '../../trail/people/personal.ts';
import type { Action } from '../../trail/trail.ts';
import type { Administrator } from './administrator.entity.ts';

/** What an administrator does about themself, as the trail is told: their name is theirs alone. */
export const ownAction = (
  eventName: string,
  { id, organisationId, userName }: Pick<Administrator, 'id' | 'organisationId' | 'userName'>,
  parameters: Record<string, unknown> = {},
): Action => ({
  eventName,
  organisationId,
  requestParameters: { userName: personal(userName), ...parameters },
  about: id,
});
