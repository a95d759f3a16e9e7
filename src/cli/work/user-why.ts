import { listDomains } from '../../accounts/domains/domains.ts';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { connectedDirectory } from '../../directory/ldap/directories.ts';
import { listGroups } from '../../directory/groups/mappings.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { type Because, entitlement } from '../../users/entitlement/entitlement.ts';
import { type GroupPath, groupPaths } from '../../users/entitlement/path.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import type { Call } from '../frame/command.ts';
import { withHouse } from '../frame/house.ts';
import { userNamed } from '../frame/people.ts';
import { presentUser, statusText, tierText } from './user-present.ts';

const pathText = ({ groups, tier }: GroupPath): string => `${groups.join(' → ')} → ${tier ?? 'no tier'}`;

/** Why somebody may be in, and with what tier, step by step; or what is missing, and who can mend it. */
export const why = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const { id, organisationId, accountId } = await userNamed(on, call, call.required('user'));
    const user = await requireUser(on, { organisationId, accountId }, id);
    const [right, paths] = await Promise.all([entitlement(on, id), groupPaths(on, accountId, id)]);
    ground.trail.observed({
      eventName: 'GetUser',
      organisationId,
      accountId,
      requestParameters: { accountId, userId: id },
    });
    const missing = await missingOf(on, accountId, user.primaryAddress, right.because, paths);
    const present = presentUser(accountId, user, right);
    const { email, status, maySignIn, tier, because } = present;
    if (call.output.json) {
      call.output.document({ id, accountId, email, status, maySignIn, tier, because, groups: paths, missing });
      return;
    }
    call.output.one({
      json: {},
      facts: [
        ['Person', email],
        ['Status', statusText(present)],
        ['May sign in', maySignIn],
        ['Tier', tierText(present)],
        ...because.map(({ text }, at): [string, string] => [at === 0 ? 'Because' : '', String(text)]),
        ...paths.map((path, at): [string, string] => [at === 0 ? 'Groups' : '', pathText(path)]),
        ...missing.map((text, at): [string, string] => [at === 0 ? 'Missing' : '', text]),
      ],
    });
  });

/** What stands between this person and a sign-in, each with what to do. */
async function missingOf(
  on: Reader,
  accountId: string,
  address: string,
  because: readonly Because[],
  paths: readonly GroupPath[],
): Promise<string[]> {
  const missing: string[] = [];
  for (const reason of because) {
    if (reason.kind === 'administrator')
      missing.push(`An administrator’s yes. To lift the suspension: carillon user activate ${address}`);
    if (reason.kind === 'directory')
      missing.push(
        (await connectedDirectory(on, accountId))
          ? 'The directory’s yes: enable the account there, extend it if it has expired, or restore it. That is seen here within seconds.'
          : 'The directory’s yes: activate the person there, and it pushes that here.',
      );
    if (reason.kind === 'released')
      missing.push('Nothing brings them back: the domain of their address was removed. They may register anew.');
    if (reason.kind === 'domain') missing.push(await domainMissing(on, accountId, reason.domain));
    if (reason.kind === 'noGroup') missing.push(await groupMissing(on, accountId, paths));
  }
  if (!(await connectionOf(on, accountId)) && !(await connectedDirectory(on, accountId)))
    missing.push('A connection to an identity provider, which proves who people are: carillon connection set');
  return missing;
}

async function domainMissing(on: Reader, accountId: string, domain: string): Promise<string> {
  const claimed = (await listDomains(on, accountId)).some(({ name }) => name === domain);
  return `The verified domain ${domain}: carillon domain ${claimed ? 'verify' : 'claim'} ${domain}`;
}

/** How many group names a sentence has. */
const named = 5;

const names = (of: readonly string[]): string => `${of.slice(0, named).join(', ')}${of.length > named ? ', …' : ''}`;

async function groupMissing(on: Reader, accountId: string, paths: readonly GroupPath[]): Promise<string> {
  const mapped = (await listGroups(on, accountId))
    .filter(({ tier }) => tier !== null)
    .map(({ groupName }) => groupName);
  const theirs = paths.map(({ groups }) => groups.at(-1) ?? '');
  const join = mapped.length > 0 ? `add them, in the directory, to one that has: ${names(mapped)}` : '';
  const map =
    theirs.length > 0
      ? `give one of theirs a tier (${names(theirs)}): carillon group map <group> Pro`
      : mapped.length > 0
        ? ''
        : 'push groups from the directory, then: carillon group map <group> Pro';
  return `A group with a permission tier: ${[join, map].filter(Boolean).join('; or ')}`;
}
