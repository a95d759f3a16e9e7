import type { AccountType } from '../accounts/accounts/types.ts';
import type { Registration } from '../users/lifecycle/registration.ts';

/** The words of more than one page. */
export const texts = {
  accounts: 'Accounts',
  administrators: 'Administrators',
  trail: 'Trail',
  security: 'Your sign-in',
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
  passkeyNote: 'Passkeys need JavaScript, and a browser that knows them.',
  passkeyFailed: 'No passkey was used. You can try again, or choose another way.',
  passkeyKnown: 'This device has a passkey for you already.',
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
  Released: { text: 'Released', tone: 'warn' },
};

/** What is said after a change, by its code in the query. */
export const flashes = new Map([
  ['setUp', 'Your password is set. Keep the number of your organisation, at the top right: you need it to sign in.'],
  ['accountCreated', 'The account was created. Claim a domain next.'],
  ['renamed', 'The account has its new name.'],
  ['accountDeleted', 'The account was deleted. Nobody of it is in any more; below is when it is erased.'],
  ['contactSaved', 'The help contact was saved.'],
  ['domainClaimed', 'The domain was claimed. Add the TXT record below to its DNS, then choose Verify now.'],
  ['domainRemoved', 'The domain was removed.'],
  ['connectionDeleted', 'The single sign-on settings were deleted. Nobody was put out by that.'],
  ['removed', 'The person was removed, and is out everywhere.'],
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
  ['administratorRemoved', 'The administrator was removed, and is out everywhere.'],
  ['factorRequired', 'From now on every administrator needs a second factor.'],
  ['factorOptional', 'A second factor is now left to each administrator.'],
  ['passwordChanged', 'Your password was changed. All your other devices are signed out.'],
  ['factorAdded', 'Your second factor was added.'],
  ['factorRemoved', 'The second factor was removed.'],
  ['deviceEnded', 'That device is signed out.'],
  ['devicesEnded', 'All your other devices are signed out.'],
  ['verifying', 'The trail is being verified. Its result stands here; reload the page for it.'],
  ['unlinked', 'The identity was unlinked, and the person signed out. Their next sign-in joins them anew.'],
]);
