import { soonDays } from '../../directory/scim/keys/expiry.ts';
import { counted } from '../parts.ts';
import type { Disconnection } from '../../users/lifecycle/would-end.ts';

const soonSays = `ends within ${soonDays} days`;

export const texts = {
  title: 'Single sign-on',
  needsDomain: 'Single sign-on needs an enterprise account.',
  needsDomainLink: 'Claim and verify a domain first',
  intro: 'The OpenID Connect application at your identity provider, such as Okta, that proves who your people are.',
  settings: 'OpenID Connect settings',
  issuer: 'Issuer',
  issuerHint: 'The issuer URI as the provider gives it. Its discovery document is read when you save.',
  clientId: 'Client ID',
  clientSecret: 'Client secret',
  secretNew: 'It is stored encrypted, and never shown again.',
  secretKept: 'Empty keeps the present one. It is never shown.',
  redirect: 'Redirect URI',
  own: 'Of this connection alone (recommended)',
  ownHint: (uri: string): string => `${uri}, which no other connection uses.`,
  shared: 'Shared by the whole installation',
  sharedHint: (uri: string): string =>
    `${uri}, for the sole connection that uses it, or a provider that names itself in its answers (RFC 9207).`,
  save: 'Save and check',
  copy: 'To copy into your identity provider',
  redirectUri: 'Login redirect URI',
  initiateUri: 'Initiate login URI',
  scimUrl: 'SCIM base URL',
  checked: 'Discovery last read',
  keys: 'SCIM access keys',
  keysIntro: 'With an access key your directory pushes people and groups to the SCIM base URL.',
  keysNeedConnection: 'Save the OpenID Connect settings first: access keys belong to that connection.',
  noKeys: 'There is no access key yet. Create one and copy it into your directory’s API token field.',
  keyName: 'Name',
  keyNameHint: 'Where it is used, such as Okta.',
  keyCreate: 'Create access key',
  keyCreated: 'Created',
  keyUsed: 'Last used',
  keyEnds: 'Ends',
  keyNoEnd: 'Never',
  keyEndsHint: 'The last day (UTC) on which the key is taken. Empty: it has no end.',
  keySoon: 'Ends soon',
  keyOver: 'Over',
  keysSoon: (names: string): string =>
    `${names} ${soonSays}. Replace it in time, or the directory’s changes no longer arrive.`,
  keysOver: (names: string): string =>
    `Requests with ${names} are refused: it is over. Does the directory have another?`,
  rotate: 'Replace',
  rotateTitle: (name: string): string => `Replace ${name}`,
  rotateIntro:
    'Makes another key, to be copied into your directory. The present one is taken until it ends, so that nothing is refused meanwhile.',
  rotateName: 'Name of the new key',
  rotateOverlap: 'The present key is taken for another',
  rotateButton: 'Make the new key',
  overlaps: [
    { value: '0', text: 'Not at all: revoke it now' },
    { value: '1', text: '1 hour' },
    { value: '24', text: '24 hours' },
    { value: '168', text: '7 days' },
    { value: '720', text: '30 days' },
  ],
  oldKeyEnds: (name: string, at: string): string =>
    `The key that ${name} had until now is taken until ${at.slice(0, 16).replace('T', ' ')} UTC.`,
  revoke: 'Revoke',
  remove: 'Delete these settings',
  removeTitle: 'Delete the single sign-on settings?',
  removeSays: ({ kept, suspended, groups, mappings, accountType }: Disconnection): string[] => [
    'Access keys, identities and sign-ins under way end at once: nobody signs in this way any more.',
    `${counted(groups, 'pushed group', 'pushed groups')} and ${counted(mappings, 'permission tier of a group', 'permission tiers of groups')} are deleted.`,
    `Nobody is put out by that: ${counted(kept, 'person keeps', 'people keep')} their permission tier, assigned by hand from then on, and who is signed in stays in.`,
    ...(suspended === 0
      ? []
      : [
          `${counted(suspended, 'person who has no access at the moment is', 'people who have no access at the moment are')} Suspended, until an administrator activates them.`,
        ]),
    accountType === 'Team' ? 'The account becomes a team account.' : 'The account stays an enterprise account.',
  ],
  removeButton: 'Delete settings',
  newKeyTitle: 'New access key',
  newKeyWarning: 'Copy this key now. It is shown only this once: Carillon keeps no copy, and cannot show it again.',
  newKey: 'Access key',
  newKeyUrl: 'It goes with the SCIM base URL',
  newKeyBack: 'I have copied it',
  revokeTitle: (name: string): string => `Revoke ${name}?`,
  revokeSays:
    'Requests with this key are refused from then on. Nobody is put out, but the directory’s changes do not arrive until it has another key.',
  revokeButton: 'Revoke key',
};
