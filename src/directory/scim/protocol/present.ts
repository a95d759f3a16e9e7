import { iso } from '../../../platform/clock/clock.ts';
import { urn } from './messages.ts';
import type { GroupInput } from './group.ts';
import type { Profile, UserInput } from './user.ts';
import { toRecord } from './user.ts';

/** What the server knows of a resource: its id, its times in milliseconds, its address. */
export interface About {
  id: string;
  createdAt: number;
  lastModified: number;
  location: string;
  /** A weak entity tag (RFC 7644 §3.14). */
  version: string;
}

/** A reference from one resource to another. */
export interface Reference {
  value: string;
  display?: string;
  type?: string;
  $ref?: string;
}

export type Resource = Record<string, unknown>;

type Identity = Pick<About, 'location' | 'version'>;
const identities = new WeakMap<object, Identity>();

/** Remembers where a resource is and in which version, also when its `meta` is not shown: the headers tell both. */
export function identified(resource: Resource, { location, version }: Identity): Resource {
  identities.set(resource, { location, version });
  return resource;
}

/** Where a resource is and in which version, as `identified` was told of this very object. */
export const identityOf = (resource: object): Identity | undefined => identities.get(resource);

const meta = (resourceType: 'User' | 'Group', about: About) => ({
  resourceType,
  created: iso(about.createdAt),
  lastModified: iso(about.lastModified),
  location: about.location,
  version: about.version,
});

/** An entity tag that says that two representations mean the same (RFC 9110 §8.8.3). */
export const weakTag = (version: string | number): string => `W/"${version}"`;

/** What is shown of a manager beside the id (RFC 7643 §4.3), of one who is known. */
export interface Manager {
  $ref: string;
  displayName?: string;
}

/** The id of a user's manager. */
export const managerOf = ({ profile }: { profile: Profile }): string | undefined =>
  profile[urn.enterprise]?.manager?.value;

/** The SCIM resource of a user (RFC 7643 §4.1); `groups` are those it is in, empty ones are left out. */
export function presentUser(
  stored: UserInput & { active: boolean },
  about: About & { groups?: readonly Reference[]; manager?: Manager | undefined },
): Resource {
  const extension = stored.profile[urn.enterprise];
  // In one object from the start: each spread of one into another costs as much as all that is written here.
  const resource: Resource = {
    schemas: urn.enterprise in stored.profile ? [urn.user, urn.enterprise] : [urn.user],
    id: about.id,
  };
  Object.assign(resource, toRecord(stored));
  if (about.manager && extension)
    resource[urn.enterprise] = { ...extension, manager: { ...extension.manager, ...about.manager } };
  if (about.groups?.length) resource['groups'] = about.groups;
  resource['meta'] = meta('User', about);
  return resource;
}

/** The SCIM resource of a group (RFC 7643 §4.2); without `members` when they were not asked for. */
export const presentGroup = (
  stored: Pick<GroupInput, 'displayName' | 'externalId'>,
  about: About & { members?: readonly Reference[] },
): Resource => ({
  schemas: [urn.group],
  id: about.id,
  displayName: stored.displayName,
  ...(stored.externalId === null ? {} : { externalId: stored.externalId }),
  ...(about.members ? { members: about.members } : {}),
  meta: meta('Group', about),
});
