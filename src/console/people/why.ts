import { AdministratorTable } from '../../access/administrators/administrator.entity.ts';
import { anyAccount } from '../../accounts/accounts/accounts.ts';
import { tiersByGroup } from '../../accounts/accounts/types.ts';
import { listDomains } from '../../accounts/domains/domains.ts';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { connectedDirectory } from '../../directory/ldap/directories.ts';
import { DirectoryTable } from '../../directory/ldap/directory.entity.ts';
import { listGroups } from '../../directory/groups/mappings.ts';
import { ScimKeyTable } from '../../directory/scim/keys/key.entity.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { causesOf } from '../../users/details.ts';
import { type Because, entitlement, type Entitlement } from '../../users/entitlement/entitlement.ts';
import { type GroupPaths, groupPaths } from '../../users/entitlement/path.ts';
import type { UserCause } from '../../users/lifecycle/cause.entity.ts';
import type { User } from '../../users/user.entity.ts';
import { whyTexts as texts } from './why-texts.ts';

/** Something that stands between a person and a sign-in. */
export interface Obstacle {
  kind: Because['kind'] | 'connection';
  /** What is missing, or who said no. */
  text: string;
  /** Of a no that was said: when, and by whom. */
  since: number | null;
  by: string | null;
  /** Who can mend it, and how. */
  mend: string;
  /** The command that mends it, when one does. */
  command: string | null;
}

/** The whole "Why?" of a person: by which ways they come to their tier, or what is missing. */
export interface Why extends GroupPaths {
  right: Entitlement;
  obstacles: Obstacle[];
}

/** Asks everything that decides whether this person may be in. */
export async function readWhy(on: Reader, user: User): Promise<Why> {
  const [right, ways, causes] = await Promise.all([
    entitlement(on, user.id),
    groupPaths(on, user.id),
    causesOf(on, user.id),
  ]);
  const obstacles: Obstacle[] = [];
  for (const reason of right.because) obstacles.push(...(await obstacleOf(on, user, reason, causes, ways)));
  const { type } = await anyAccount(on, user.organisationId, user.accountId);
  const proves = (await connectionOf(on, user.accountId)) ?? (await connectedDirectory(on, user.accountId));
  if (tiersByGroup(type) && !proves)
    obstacles.push(said('connection', texts.connection, texts.connectionMend, 'carillon connection set'));
  return { ...ways, right, obstacles };
}

const said = (kind: Obstacle['kind'], text: string, mend: string, command: string | null = null): Obstacle => ({
  kind,
  text,
  since: null,
  by: null,
  mend,
  command,
});

async function obstacleOf(
  on: Reader,
  user: User,
  reason: Because,
  causes: readonly UserCause[],
  ways: GroupPaths,
): Promise<Obstacle[]> {
  if (reason.kind === 'administrator' || reason.kind === 'directory') {
    const cause = causes.find((each) => each.cause === reason.kind);
    const by = cause ? await nameOf(on, user, cause) : null;
    const command = reason.kind === 'administrator' ? `carillon user activate ${user.primaryAddress}` : null;
    const atDirectory = reason.kind === 'directory' && (await connectedDirectory(on, user.accountId)) !== null;
    const mend = atDirectory ? texts.enableThere : texts.causeMends[reason.kind];
    const no = said(reason.kind, texts.causes[reason.kind], mend, command);
    return [{ ...no, since: cause?.since ?? null, by }];
  }
  if (reason.kind === 'domain') {
    const claimed = (await listDomains(on, user.accountId)).some(({ name }) => name === reason.domain);
    const command = `carillon domain ${claimed ? 'verify' : 'claim'} ${reason.domain}`;
    return [said('domain', texts.domain(reason.domain), texts.domainMend(claimed), command)];
  }
  if (reason.kind === 'noGroup') return [await noGroup(on, user, ways)];
  if (reason.kind === 'released') return [said('released', texts.released, texts.releasedMend)];
  if (reason.kind === 'account') return [said('account', texts.account, texts.accountMend)];
  return [];
}

/** Who said no, as people know them: an administrator, a directory's key, whoever called a command. */
async function nameOf(on: Reader, { organisationId, accountId }: User, cause: UserCause): Promise<string | null> {
  if (cause.cause === 'directory') {
    const key = await on.findOneBy(ScimKeyTable, { id: cause.setBy, accountId });
    if (key) return texts.key(key.name);
    const directory = await on.findOneBy(DirectoryTable, { id: cause.setBy, accountId });
    return directory && texts.directory(directory.name);
  }
  const administrator = await on.findOneBy(AdministratorTable, { id: cause.setBy, organisationId });
  return administrator?.userName ?? cause.setBy;
}

/** How many group names a sentence has. */
const named = 5;
const names = (of: readonly string[]): string => `${of.slice(0, named).join(', ')}${of.length > named ? ', …' : ''}`;

async function noGroup(on: Reader, { accountId }: User, { paths }: GroupPaths): Promise<Obstacle> {
  const groups = await listGroups(on, accountId);
  const mapped = groups.filter(({ tier, groupId }) => tier !== null && groupId !== null);
  const theirs = paths.map((path) => path.groups.at(-1) ?? '');
  const mends = [
    ...(mapped.length > 0 ? [texts.joinMapped(names(mapped.map(({ groupName }) => groupName)))] : []),
    ...(theirs.length > 0 ? [texts.mapTheirs(names(theirs))] : []),
    ...(mapped.length === 0 && theirs.length === 0 ? [texts.pushGroups] : []),
  ];
  const command = theirs.length > 0 || mapped.length === 0 ? 'carillon group map <group> Pro' : null;
  return said('noGroup', texts.noGroup(theirs.length), mends.join('; or '), command);
}
