import { iso } from '../../../platform/clock/clock.ts';
import { urn } from './messages.ts';
import type { GroupInput } from './group.ts';
import type { UserInput } from './user.ts';
import { toRecord } from './user.ts';

/** What the server knows of a resource: its id, its times in milliseconds, its address. */
export interface About {
  id: string;
  createdAt: number;
  lastModified: number;
  location: string;
  /** Shown as a weak `meta.version`; conditional requests are not offered. */
  version?: number;
}

/** A reference from one resource to another. */
export interface Reference {
  value: string;
  display?: string;
  type?: string;
  $ref?: string;
}

export type Resource = Record<string, unknown>;

const meta = (resourceType: 'User' | 'Group', about: About) => ({
  resourceType,
  created: iso(about.createdAt),
  lastModified: iso(about.lastModified),
  location: about.location,
  ...(about.version === undefined ? {} : { version: `W/"${about.version}"` }),
});

/** The SCIM resource of a user (RFC 7643 §4.1); `groups` are those it is in, empty ones are left out. */
export function presentUser(
  stored: UserInput & { active: boolean },
  about: About & { groups?: readonly Reference[] },
): Resource {
  const record = toRecord(stored);
  return {
    schemas: [urn.user, ...(urn.enterprise in record ? [urn.enterprise] : [])],
    id: about.id,
    ...record,
    ...(about.groups?.length ? { groups: about.groups } : {}),
    meta: meta('User', about),
  };
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
