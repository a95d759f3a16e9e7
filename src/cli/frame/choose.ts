import { type Account } from '../../accounts/accounts/account.entity.ts';
import { listAccounts } from '../../accounts/accounts/accounts.ts';
import type { Organisation } from '../../accounts/organisations/organisation.entity.ts';
import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { listOrganisations, reservedOrganisation } from '../../accounts/organisations/organisations.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { CarillonError } from '../../platform/errors/errors.ts';
import { fold } from '../../platform/text/fold.ts';
import type { Scope } from '../../users/lifecycle/out.ts';
import type { Call } from './command.ts';
import { cliErrors } from './errors.ts';

interface Named {
  id: string;
  name: string;
}

/** How many choices a refusal lists. */
const listed = 20;

const choicesOf = (from: readonly Named[]): string =>
  [
    ...from.slice(0, listed).map(({ id, name }) => (name ? `${id} (${name})` : id)),
    ...(from.length > listed ? ['…'] : []),
  ].join(', ');

/**
 * The one that is meant: by its id, else by its name, else by its name without regard to case.
 * @returns null when none is
 * @throws cli.ambiguous when several have that name
 */
export function byIdOrName<T extends Named>(from: readonly T[], given: string): T | null {
  const wanted = given.trim();
  for (const same of [
    ({ id }: T) => id === wanted,
    ({ name }: T) => name === wanted,
    ({ name }: T) => fold(name) === fold(wanted),
  ]) {
    const found = from.filter(same);
    if (found.length > 1) throw ambiguous(wanted, found);
    if (found[0]) return found[0];
  }
  return null;
}

/** The refusal that several things have this name. */
export const ambiguous = (name: string, found: readonly Named[]): CarillonError =>
  cliErrors('cli.ambiguous', { values: { name, choices: choicesOf(found) } });

/** The refusal that nothing has this id or name. */
export const notFound = (what: string, name: string): CarillonError =>
  cliErrors('cli.notFound', { field: what, values: { what, name } });

/**
 * The organisation that a command is about: `--organisation`, or the only one. The reserved one is found by its number
 * alone; verbs that would change it are refused by the floors below.
 * @throws cli.noOrganisation, cli.organisationNotFound, cli.organisationNeeded
 */
export async function organisationOf(on: Reader, call: Call): Promise<Organisation> {
  const all = await listOrganisations(on);
  const given = call.value('organisation');
  if (given !== undefined) {
    const isReserved = given.trim() === nobodys.organisationId;
    const found = isReserved ? await reservedOrganisation(on) : byIdOrName(all, given);
    if (!found) throw cliErrors('cli.organisationNotFound', { field: 'organisation', values: { name: given } });
    return found;
  }
  const [only, ...others] = all;
  if (!only) throw cliErrors('cli.noOrganisation', { field: 'organisation' });
  if (others.length === 0) return only;
  throw cliErrors('cli.organisationNeeded', { field: 'organisation', values: { choices: choicesOf(all) } });
}

/** An account of the organisation by its id or name. @throws cli.notFound, cli.ambiguous, cli.organisation* */
export async function accountNamed(on: Reader, call: Call, given: string): Promise<Account> {
  const organisation = await organisationOf(on, call);
  const found = byIdOrName(await listAccounts(on, organisation.id), given);
  if (!found) throw notFound('account', given);
  return found;
}

/**
 * The account that a command is about: `--account`, or the only one of the organisation.
 * @throws cli.noAccount, cli.accountNeeded, cli.notFound, cli.ambiguous, cli.organisation*
 */
export async function accountOf(on: Reader, call: Call): Promise<Account> {
  const given = call.value('account');
  if (given !== undefined) return accountNamed(on, call, given);
  const organisation = await organisationOf(on, call);
  const [only, ...others] = await listAccounts(on, organisation.id);
  if (!only) throw cliErrors('cli.noAccount', { field: 'account' });
  if (others.length === 0) return only;
  throw cliErrors('cli.accountNeeded', { field: 'account', values: { choices: choicesOf([only, ...others]) } });
}

/** What verbs are given of an account. */
export const scopeOf = ({ organisationId, id }: Account): Scope => ({ organisationId, accountId: id });
