import type { Reader } from '../../platform/database/unit.ts';
import { findUsers, type Found } from '../../users/find.ts';
import { accountNamed, ambiguous, notFound, organisationOf } from './choose.ts';
import type { Call } from './command.ts';

/**
 * The person whom a command is about, by id, e-mail address or user name, in the organisation or in `--account`.
 * @throws cli.notFound, cli.ambiguous, cli.organisation*
 */
export async function userNamed(on: Reader, call: Call, given: string): Promise<Found> {
  const { id: organisationId } = await organisationOf(on, call);
  const account = call.value('account');
  const accountId = account === undefined ? undefined : (await accountNamed(on, call, account)).id;
  const [user, ...others] = await findUsers(on, { organisationId, accountId }, given);
  if (!user) throw notFound('user', given);
  if (others.length === 0) return user;
  const choices = [user, ...others].map(({ id, userName, accountId: at }) => ({
    id,
    name: `${userName} of account ${at}`,
  }));
  throw ambiguous(given, choices);
}
