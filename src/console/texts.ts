import type { AccountType } from '../accounts/accounts/types.ts';
import type { Registration } from '../users/lifecycle/registration.ts';

/** The words of more than one page. */
export const texts = {
  accounts: 'Accounts',
  trail: 'Trail',
  accessKeys: 'Access keys',
  overview: 'Overview',
  domains: 'Domains',
  connection: 'Single sign-on',
  groups: 'Groups',
  people: 'People',
  receipts: 'Receipts',
  place: 'You are in',
  organisation: 'Organisation',
  signOut: 'Sign out',
  cancel: 'Cancel',
  save: 'Save',
  never: 'Never',
  none: 'None',
  noAccess: 'No access',
  actions: 'Actions',
  next: 'Next page',
  first: 'First page',
  pages: 'Pages',
  faultPrefix: 'Error:',
  faultTitle: 'Error',
};

export const accountTypes: Record<AccountType, string> = {
  Team: 'Team',
  EnterpriseLWA: 'Enterprise',
  EnterpriseOIDC: 'Enterprise, with single sign-on',
  EnterpriseDirectory: 'Enterprise, with Active Directory',
};

export const registrations: Record<Registration, { text: string; tone: string }> = {
  Registered: { text: 'Registered', tone: 'good' },
  Unregistered: { text: 'Unregistered', tone: '' },
  Suspended: { text: 'Suspended', tone: 'bad' },
};

/** What is said after a change, by its code in the query. */
export const flashes = new Map([
  ['setUp', 'Your password is set. Keep the number of your organisation, at the top right: you need it to sign in.'],
  ['accountCreated', 'The account was created. Claim a domain next.'],
  ['renamed', 'The account has its new name.'],
  ['contactSaved', 'The help contact was saved.'],
  ['domainClaimed', 'The domain was claimed. Add the TXT record below to its DNS, then choose Verify now.'],
  ['domainRemoved', 'The domain was removed.'],
  ['connectionSaved', 'The settings were saved, and the provider’s discovery document was read.'],
  ['keyRevoked', 'The access key was revoked: requests with it are refused from now on.'],
  ['accessKeyOff', 'The access key is off: requests with it are refused until you activate it again.'],
  ['accessKeyOn', 'The access key is on again.'],
  ['accessKeyDeleted', 'The access key was deleted.'],
  ['groupMapped', 'The group has its permission tier. It counts from now on.'],
  ['groupUnmapped', 'The group has no permission tier any more.'],
  ['groupUnchanged', 'Nothing was changed: the group has no access already.'],
  ['suspended', 'The person is suspended, and out everywhere.'],
  ['activated', 'The suspension was lifted. What the directory says of the person still counts.'],
  ['signedOut', 'The person was signed out of all devices. They may sign in again.'],
  ['unlinked', 'The identity was unlinked, and the person signed out. Their next sign-in joins them anew.'],
]);
