import type { Config } from '../../platform/config/settings.ts';
import type { DirectoryKind } from '../../directory/ldap/kinds.ts';
import type { Disconnection } from '../../users/lifecycle/would-end.ts';
import type { Loss } from '../../users/lifecycle/would-lose.ts';
import { canSendMail } from '../../platform/mail/settings.ts';
import { counted } from '../parts.ts';

export const kindNames: Record<DirectoryKind, string> = {
  ad: 'Active Directory',
  samba: 'Active Directory (Samba)',
  openldap: 'OpenLDAP, or another LDAP directory',
};

export const texts = {
  title: 'Active Directory',
  needsDomain: 'A directory needs an enterprise account.',
  needsDomainLink: 'Claim and verify a domain first',
  intro:
    'Your own Active Directory, or another LDAP directory: people sign in with their directory password, and its groups say who may and with what permission tier.',
  otherSource:
    'This account has its people and permission tiers from single sign-on. It can have one source at a time: delete those settings before you connect a directory.',
  otherSourceLink: 'Single sign-on',
  caption: 'Directories that this account may use',
  none: 'No directory is authorised yet.',
  name: 'Name',
  kind: 'Kind',
  servers: 'Servers',
  state: 'State',
  connected: 'Connected',
  authorised: 'Authorised',
  connect: 'Connect',
  disconnect: 'Disconnect',
  add: 'Authorise a directory',
  newTitle: 'Authorise a directory',
  newIntro: 'The directory is tried before it is saved. Nothing changes for anybody until you connect it.',
  back: 'All directories',
  id: 'Directory ID',
  since: 'Connected since',
  checked: 'Settings last tried',
  base: 'Base DN',
  groups: 'Groups and their permission tiers',
  test: 'Test',
  testHint: 'Every server is tried, step by step: name, connection, TLS, service account, base, a person, a group.',
  testTitle: (name: string): string => `Test of ${name}`,
  step: 'Step',
  result: 'Result',
  ok: 'OK',
  failed: 'Failed',
  milliseconds: 'Time',
  ms: (ms: number): string => `${ms < 10 ? ms : Math.round(ms)} ms`,
  found: 'What was seen',
  settings: 'Settings',
  more: 'More settings',
  moreHint: 'Empty is the default of the kind of directory, which is found out by itself.',
  nameHint: 'How it is called here; empty takes the domain’s name.',
  serversHint:
    'One a line, in the order in which they are asked: ldaps://dc1.example.com, or ldap:// for StartTLS. If one fails, the next answers.',
  ca: 'Certificate authority',
  caHint: 'The certificate (PEM) that your servers’ certificates are signed by. Empty: what this machine trusts.',
  bindName: 'Service account',
  bindNameHint:
    'An account that may read people and groups: name@domain, or its DN. It needs no right to change anything.',
  bindPassword: 'Password of the service account',
  passwordNew: 'It is stored encrypted, and never shown again.',
  passwordKept:
    'Empty keeps the present one. It is asked for again when a server, the certificate authority or the account changes.',
  baseHint: 'Where people and groups are looked for; empty: the whole domain.',
  userFilter: 'User filter',
  groupFilter: 'Group filter',
  attributes: 'Attributes',
  attributesHint: 'One a line, such as mail: mail. A minus (proxyAddresses: -) goes without.',
  save: 'Save and check',
  remove: 'Remove this directory',
  removeTitle: (name: string): string => `Remove ${name}?`,
  removeSays: 'Its settings and the password of its service account are forgotten. Nothing changes for anybody.',
  removeButton: 'Remove directory',
  connectTitle: (name: string): string => `Connect ${name}?`,
  connectSays: ({ people, signedIn }: Loss): string[] => [
    'From then on people of your verified domains sign in with their directory password, and permission tiers come from groups of the directory. Nobody may be in until a group has a tier: add the groups next.',
    people === 0
      ? 'Nobody may sign in to this account at the moment, so nobody loses access by this.'
      : `${counted(people, 'person who may', 'people who may')} be in at the moment, by a tier that was assigned by hand, lose access at once, until they are in a group with a tier. ${counted(signedIn, 'of them has', 'of them have')} signed in lately.`,
  ],
  connectButton: 'Connect directory',
  disconnectTitle: (name: string): string => `Disconnect ${name}?`,
  disconnectSays: (
    { kept, suspended, groups, mappings, accountType }: Disconnection,
    config: Pick<Config, 'smtpUrl'>,
  ): string[] => [
    'Nobody signs in with a directory password any more: people register with their address, by a link that is mailed to them, and are who they were. The directory stays authorised, and can be connected again.',
    ...(!canSendMail(config)
      ? [
          'This server sends no mail: whoever runs it has not set SMTP_URL. Until it does nobody of the account can sign in anew.',
        ]
      : []),
    `${counted(groups, 'group of the directory', 'groups of the directory')} and ${counted(mappings, 'permission tier of a group', 'permission tiers of groups')} are deleted.`,
    `Nobody is put out by that: ${counted(kept, 'person keeps', 'people keep')} their permission tier, assigned by hand from then on, and who is signed in stays in. What the directory says from then on, such as that somebody is disabled, is no longer heard.`,
    ...(suspended === 0
      ? []
      : [
          `${counted(suspended, 'person who has', 'people who have')} no access at the moment are Suspended, until an administrator activates them.`,
        ]),
    accountType === 'Team' ? 'The account becomes a team account.' : 'The account stays an enterprise account.',
  ],
  disconnectButton: 'Disconnect directory',
  following: 'Following the directory',
  lastRead: 'Last looked at',
  lastWhole: 'Last read whole',
  took: (ms: number | null): string => (ms === null ? '' : `, in ${(ms / 1_000).toFixed(1)} s`),
  counts: 'People and groups',
  countsOf: (people: number, groups: number): string =>
    `${counted(people, 'person', 'people')}, ${counted(groups, 'group', 'groups')}`,
  failingSince: 'Failing since',
  detail: 'What was answered',
  notFollowed:
    'No running Carillon server looks at this directory: changes in it are not seen. Start the server, or look into its log.',
  readNow: 'Read whole now',
  held: 'See who waits',
  approvedWaiting: (people: number): string =>
    `${counted(people, 'person', 'people')} are let go, and out with the next read that still does not return them.`,
  problems: 'Entries that are nobody here',
  problemsNote: 'What is mended is taken over within seconds; a domain as soon as it is verified.',
  reason: 'Reason',
  entries: 'Entries',
  first: 'The first of them',
  todo: 'What to do',
  heldTitle: (name: string): string => `People whom ${name} did not return`,
  heldNumber: (expected: string): string => `It was said to concern ${expected}.`,
  heldNone: 'Nobody waits: what was missing is back, or it went on.',
  heldCaption: 'People who would be put out',
  person: 'Person',
  missing: 'What is missing',
  waitsSince: 'Waits since',
  approved: 'Goes on',
  approveButton: (people: number): string => `Let it go on: put ${counted(people, 'person', 'people')} out`,
  backTo: (name: string): string => `Back to ${name}`,
};
