import { toUnicodeDomain } from '../../accounts/domains/name.ts';
import { counted } from '../parts.ts';
import type { OtherAddresses } from '../../users/other-address.ts';
import type { Because } from '../../users/entitlement/entitlement.ts';

export const texts = {
  title: 'People',
  caption: 'People of this account',
  search: 'Find people',
  searchHint: 'A part of an address, a user name or a name.',
  searchButton: 'Find',
  none: 'Nobody is here yet. Assign people to the SCIM application in your directory, and it pushes them here.',
  noneDirectory:
    'Nobody is here yet. People appear within seconds of connecting the directory. If they do not, its page says why.',
  noneDirectoryLink: 'Active Directory',
  noneTeam: 'Nobody is here yet.',
  noneEnterprise: 'Nobody is here yet. Whoever registers with an address in one of your verified domains appears here.',
  noneLink: 'Single sign-on has the SCIM base URL and the access keys',
  nobody: 'Nobody matches. Try a shorter part of the address or the name.',
  all: 'Show everybody',
  name: 'Name',
  address: 'Address',
  registration: 'Registration',
  tier: 'Tier',
  why: 'Why',
  lastSeen: 'Last seen',
  signOut: 'Sign out',
  facts: 'At a glance',
  userName: 'User name',
  externalId: 'External ID',
  userId: 'User ID',
  joined: 'First sign-in',
  pushed: 'Known since',
  addresses: 'Addresses',
  primary: 'Primary',
  otherAddress: 'Does not sign in',
  others: ({ count, domain }: OtherAddresses): string =>
    `${count === 1 ? 'One' : count} more in ${toUnicodeDomain(domain)}`,
  othersIn: 'Signs in too',
  othersNot: 'Does not sign in: the domain is not verified',
  groups: 'Groups',
  noGroups: 'In no group that the directory has pushed.',
  noDirectoryGroups: 'In no group of the directory that has a permission tier, or leads to one that has.',
  noTier: 'no permission tier',
  causes: 'Who said no',
  noCauses: 'Nobody: neither the directory nor an administrator.',
  cause: 'Cause',
  since: 'Since',
  by: 'By',
  devices: 'Devices signed in',
  noDevices: 'Not signed in anywhere.',
  device: 'Device',
  from: 'From',
  begun: 'Signed in',
  seen: 'Last seen',
  expires: 'Ends at the latest',
  identities: 'Identities',
  noIdentities: 'Not joined to a subject of the identity provider yet: the first sign-in does that.',
  issuer: 'Issuer',
  subject: 'Subject',
  linked: 'Joined',
  unlink: 'Unlink',
  receipts: 'Receipts',
  suspend: 'Suspend',
  activate: 'Activate',
  suspendTitle: (name: string): string => `Suspend ${name}?`,
  suspendSays: [
    'They are out at once, everywhere, with all that they hold, and cannot sign in.',
    'Only an administrator can lift this: the directory cannot.',
  ],
  suspendOwnSays: [
    'They are out at once, everywhere, with all that they hold, and cannot sign in.',
    'Their address cannot be registered anew, and no other password can be chosen. Only this command line lifts it.',
  ],
  suspendButton: 'Suspend',
  signOutSays: (name: string, devices: number): string =>
    `${name} will be signed out of ${counted(devices, 'device', 'devices')}. They may sign in again.`,
  remove: 'Remove',
  removeTitle: (name: string): string => `Remove ${name}?`,
  leaves: [
    'They are out at once, everywhere, with all that they hold, and are shown here no longer.',
    'They keep their own account and may go on using Carillon on their own, without this account. You can invite them again.',
  ],
  removeSays: (days: number): string[] => [
    'They are out at once, everywhere, with all that they hold, and are shown here no longer.',
    days === 0
      ? 'What is kept of them is erased within minutes. This cannot be taken back.'
      : `What is kept of them is erased after ${counted(days, 'day', 'days')}. This cannot be taken back.`,
  ],
  removeButton: 'Remove person',
  invited: 'Invited',
  invite: 'Invite people',
  licence: 'Permission tier',
  licenceButton: 'Assign',
  byGroups: 'The directory decides who has which permission tier here, by its groups.',
  byGroupsLink: 'Change the tiers of groups',
  noSuspending: 'People of a team account are removed, not suspended: only an enterprise account suspends people.',
  noRemoving: 'Nobody is removed by hand here: suspend people, or delete them in the directory.',
  noRemovingHere: 'People with an address in a verified domain belong to this account: suspend them to keep them out.',
  departed: (people: number, domain: string): string =>
    `${counted(people, 'person', 'people')} with an address in ${toUnicodeDomain(domain)} left this account: its owner has claimed that domain, and they belong to that account now. Last on`,
  theDirectory: 'The directory',
  anAdministrator: 'An administrator',
  directoryNos: {
    disabled: 'Disabled in the directory',
    expired: 'Their account in the directory has expired',
    gone: 'The directory has their entry no more',
  },
  causeNames: { administrator: 'Suspended by an administrator', directory: 'Deactivated by the directory' },
};

const reasons = {
  ...texts.causeNames,
  noGroup: 'In no group that has a permission tier',
  deleted: 'Deleted',
  account: 'The account was deleted',
  released: 'Released: the domain of the address was removed',
};

/** One reason, in words. */
export function becauseText(reason: Because): string {
  if (reason.kind === 'group') return `In the ${reason.tier} group ${reason.groupName}`;
  if (reason.kind === 'assigned') return `${reason.tier} assigned by hand`;
  if (reason.kind === 'trial') return `ProTrial until ${new Date(reason.until).toISOString().slice(0, 10)}`;
  if (reason.kind === 'domain') return `The domain ${toUnicodeDomain(reason.domain)} is not verified`;
  return reasons[reason.kind];
}
