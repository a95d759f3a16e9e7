import { counted } from '../parts.ts';

export const texts = {
  title: 'Accounts',
  caption: 'Accounts of your organisation',
  name: 'Name',
  type: 'Type',
  people: 'People',
  domains: 'Domains',
  none: 'There is no account yet. Create one for your company: its domains, single sign-on, groups and people belong to it.',
  create: 'New account',
  createHint: 'For example the name of your company. It can be changed later.',
  createButton: 'Create account',
  domainCount: (domains: number, verified: number): string =>
    domains === 0 ? 'None' : `${verified} of ${domains} verified`,
  facts: 'At a glance',
  accountId: 'Account ID',
  created: 'Created',
  settings: 'Settings',
  rename: 'Account name',
  renameButton: 'Rename',
  contact: 'Help contact',
  contactHint: 'Whom people who may not come in are told to ask: an address, a phone number or a page.',
  contactButton: 'Save contact',
  left: 'What is left to do',
  allDone: 'Everything is set up: people in mapped groups can sign in.',
  done: 'Done',
  open: 'To do',
  steps: {
    claim: 'Claim a domain',
    verify: 'Verify a domain',
    connect: 'Connect the identity provider, or your Active Directory',
    key: 'Create a SCIM access key for the directory',
    map: 'Give a group a permission tier',
  },
  deleted: 'Deleted accounts',
  deletedCaption: 'Deleted accounts of your organisation, until they are erased',
  deletedAt: 'Deleted',
  erasedAt: 'Erased',
  remove: 'Delete account',
  removeTitle: (name: string): string => `Delete ${name}?`,
  removeFirst: 'Before this account can be deleted:',
  removeDomains: (domains: readonly string[]): string => `Remove ${domains.join(', ')} on the page of domains.`,
  removePeople: (people: number): string =>
    `Remove or suspend ${counted(people, 'person', 'people')} on the page of people.`,
  removeSays: (people: number): string[] => [
    `The account is gone at once, with ${counted(people, 'person', 'people')}: nobody of it is in, or can sign in.`,
    'Single sign-on settings, SCIM access keys, groups, permission tiers and claims of domains are deleted at once.',
  ],
  removeErases: (days: number): string =>
    days === 0
      ? 'People, their addresses, identities, devices and receipts are erased within minutes. This cannot be taken back.'
      : `People, their addresses, identities, devices and receipts are kept out of reach for ${counted(days, 'day', 'days')}, then erased. This cannot be taken back.`,
  removeKeeps: 'The trail is kept.',
  removeConfirm: 'Name of the account',
  removeConfirmHint: (name: string): string => `Type ${name} to delete it.`,
  removeButton: 'Delete account',
  peopleCount: (people: number): string => counted(people, 'person', 'people'),
};
