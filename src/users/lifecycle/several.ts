import { requireAccount } from '../../accounts/accounts/accounts.ts';
import type { Tier } from '../../accounts/accounts/types.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import type { User } from '../user.entity.ts';
import { removePerson, requireUser } from './administer.ts';
import { giveLicence, requireTiersByHand } from './licence.ts';
import type { Scope } from './out.ts';
import { lift, suspend } from './suspension.ts';
import type { Upstairs } from './upstairs.ts';

/** How many people are dealt with at once, and to how many a tier is given (the API's BatchSuspendUser, BatchUpdateUser). */
export const mostPeopleAtOnce = 50;
export const mostTiersAtOnce = 20;

/** Why something was not done about one of several people. */
export interface NotDone {
  userId: string;
  error: CarillonError;
}

/**
 * Suspends several people, each answered for by itself: out at once, everywhere. Those of a team account are removed from it
 * instead, and go on on their own (the API's BatchSuspendUser).
 * @param by the id of the principal that says no
 * @returns those of whom it was not done @throws account.notFound, account.reserved
 */
export const suspendSeveral = (
  ground: Ground,
  upstairs: Upstairs,
  scope: Scope,
  userIds: readonly string[],
  by: string,
): Promise<NotDone[]> =>
  ofEach(ground, 'SuspendUsers', scope, userIds, async (m, user, { type }) => {
    if (type === 'Team') await removePerson(ground, upstairs, m, scope, user);
    else await suspend(ground, m, user, by);
  });

/**
 * Lifts the suspension of several people, each answered for by itself; whoever is not suspended stays as they are.
 * @returns those of whom it was not done @throws account.notFound, account.reserved
 */
export const activateSeveral = (ground: Ground, scope: Scope, userIds: readonly string[]): Promise<NotDone[]> =>
  ofEach(ground, 'ActivateUsers', scope, userIds, (m, user) => lift(ground, m, user));

/**
 * Gives several people a permission tier, each answered for by itself.
 * @returns those to whom it was not given @throws account.notFound, account.reserved, user.tierByGroup
 */
export const assignLicences = (ground: Ground, scope: Scope, licences: ReadonlyMap<string, Tier>): Promise<NotDone[]> =>
  ofEach(
    ground,
    'UpdateUserLicenses',
    scope,
    [...licences.keys()],
    (m, user) => giveLicence(ground, m, user, licences.get(user.id)!),
    { licenseTypes: [...licences.values()] },
    (m) => requireTiersByHand(m, scope),
  );

type Account = Awaited<ReturnType<typeof requireAccount>>;

/** One unit and one record for all of them; whatever is refused of one is thrown before anything of them is written. */
function ofEach(
  ground: Ground,
  eventName: string,
  scope: Scope,
  userIds: readonly string[],
  verb: (m: Writer, user: User, account: Account) => Promise<unknown>,
  parameters: Record<string, unknown> = {},
  first: (m: Writer) => Promise<void> = () => Promise.resolve(),
): Promise<NotDone[]> {
  const { organisationId, accountId } = scope;
  const ids = [...new Set(userIds)];
  const requestParameters = { accountId, userIds: ids.map(shown), ...parameters };
  return ground.trail.perform({ eventName, organisationId, accountId, requestParameters }, async (m) => {
    const account = await requireAccount(m, organisationId, accountId);
    await first(m);
    const result: NotDone[] = [];
    for (const userId of ids) {
      try {
        await verb(m, await requireUser(m, scope, userId), account);
      } catch (error) {
        if (!(error instanceof CarillonError)) throw error;
        result.push({ userId, error });
      }
    }
    const userErrors = result.map(({ userId, error }) => ({ userId: shown(userId), reason: error.code }));
    return { result, responseElements: { userErrors } };
  });
}

/** Whatever was sent for an id: an address in its place tells of a person. */
const shown = (id: string): unknown => (id.includes('@') ? personal(id.slice(0, 320)) : id.slice(0, 64));
