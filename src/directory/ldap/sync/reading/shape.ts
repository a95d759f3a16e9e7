import type { Filter } from '../../client/filters.ts';

/** Where a directory keeps what, as far as reading it needs to know. */
export interface Shape {
  /** How changes are found: by update numbers (Active Directory, Samba), or by times. */
  changes: 'usn' | 'time';
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
    groupName: string;
    member: string;
  };
}
