import { type Filter, parseFilter, present } from '../../client/filters.ts';
import type { Directory } from '../../directory.entity.ts';
import { isActiveDirectory } from '../../kinds.ts';

/** Where a directory keeps what, as far as reading it needs to know. */
export interface Shape {
  /** How changes are found: by update numbers (Active Directory, Samba), or by times. */
  changes: 'usn' | 'time';
  /** Whether every person's entry has a userAccountControl: one without is not shown whole. */
  hasControl: boolean;
  base: string;
  users: Filter;
  groups: Filter;
  attributes: {
    /** objectGUID, entryUUID. */
    guid: string;
    mail: string;
    /** Further addresses: proxyAddresses and the like; null: there are none. */
    proxies: string | null;
    displayName: string;
    givenName: string;
    surname: string;
    groupName: string;
    member: string;
    /** By which members are named who are not named by their DN. */
    userName: string;
  };
}

/** The shape of a stored directory; its filters were read when it was saved. */
export function shapeOf({ kind, baseDn, userFilter, groupFilter, attributes }: Directory): Shape {
  const { id, mail, proxyAddresses, displayName, givenName, surname, groupName, member, userName } = attributes;
  const isAd = isActiveDirectory(kind);
  return {
    changes: isAd ? 'usn' : 'time',
    hasControl: isAd,
    base: baseDn,
    users: parseFilter(userFilter) ?? present('objectClass'),
    groups: parseFilter(groupFilter) ?? present('objectClass'),
    attributes: {
      guid: id,
      mail,
      proxies: proxyAddresses,
      displayName,
      givenName,
      surname,
      groupName,
      member,
      userName,
    },
  };
}
