import type { RootDse } from './client/root-dse.ts';

/** What a directory is, which decides how it says that somebody is disabled, nested or gone. */
export type DirectoryKind = 'ad' | 'samba' | 'openldap';

/** By which attributes a directory says what Carillon asks of people and groups. */
export interface AttributeNames {
  /** Of people and groups; it never changes, whatever they are called and wherever they are moved. */
  id: string;
  /** What people type on the password page once their address has chosen the directory. */
  userName: string;
  /** A second name of that sort; null for none. */
  principalName: string | null;
  mail: string;
  /** Addresses with a prefix, of which `smtp:` counts; null for none. */
  proxyAddresses: string | null;
  displayName: string;
  givenName: string;
  surname: string;
  groupName: string;
  /** DNs of people and of groups. */
  member: string;
}

export interface KindDefaults {
  userFilter: string;
  groupFilter: string;
  attributes: AttributeNames;
}

const activeDirectory: KindDefaults = {
  userFilter: '(&(objectCategory=person)(objectClass=user))',
  groupFilter: '(objectClass=group)',
  attributes: {
    id: 'objectGUID',
    userName: 'sAMAccountName',
    principalName: 'userPrincipalName',
    mail: 'mail',
    proxyAddresses: 'proxyAddresses',
    displayName: 'displayName',
    givenName: 'givenName',
    surname: 'sn',
    groupName: 'cn',
    member: 'member',
  },
};

export const defaultsOf: Record<DirectoryKind, KindDefaults> = {
  ad: activeDirectory,
  samba: activeDirectory,
  openldap: {
    userFilter: '(objectClass=inetOrgPerson)',
    groupFilter: '(objectClass=groupOfNames)',
    attributes: {
      ...activeDirectory.attributes,
      id: 'entryUUID',
      userName: 'uid',
      principalName: null,
    },
  },
};

export const attributeKeys = Object.keys(activeDirectory.attributes) as (keyof AttributeNames)[];

/** Whether a directory may do without. */
export const mayBeMissing = (key: string): boolean => key === 'principalName' || key === 'proxyAddresses';

/** Whether it speaks as Active Directory does: userAccountControl, uSNChanged, in-chain filters. */
export const isActiveDirectory = (kind: DirectoryKind): boolean => kind !== 'openldap';

/** LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS 3.1.1.3.4.3). */
const activeDirectoryCapability = '1.2.840.113556.1.4.800';

/** What a server is, by its root DSE; whatever is no Active Directory is taken for one that keeps to the RFCs. */
export function kindOf({ supportedCapabilities, vendorName }: RootDse): DirectoryKind {
  if (!supportedCapabilities.includes(activeDirectoryCapability)) return 'openldap';
  return vendorName !== null && /samba/i.test(vendorName) ? 'samba' : 'ad';
}

/** Where people and groups are looked for unless somebody says otherwise; null when the server names no place. */
export const baseOf = ({ defaultNamingContext, namingContexts }: RootDse): string | null =>
  [defaultNamingContext ?? '', ...namingContexts].find(
    (dn) => dn !== '' && dn.length <= 1_024 && !/\p{Cc}|^cn=(?:config|monitor|accesslog)$/iu.test(dn),
  ) ?? null;
