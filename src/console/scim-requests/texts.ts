import type { Difference } from '../../directory/scim/inspector/difference.ts';
import type { KeptView } from '../../directory/scim/inspector/view.ts';
import { counted } from '../parts.ts';

export const texts = {
  title: 'Directory requests',
  link: 'See what your directory sent, and what it changed',
  intro:
    'What your directory sent: the last 1,000 requests of each access key, newest first. A request is here a second after it was answered, or some seconds while a great many come; reload the page for newer ones.',
  none: 'Your directory has sent nothing yet.',
  noneLink: 'Copy the SCIM base URL and an access key into it',
  noneMatch: 'No kept request matches. Older ones than the last 1,000 of each access key are not kept.',
  caption: 'Requests of the directory',
  filter: 'Filter',
  who: 'Whom it is about',
  whoHint: 'A part of a name or an address, or an id; also of members who came or went.',
  key: 'Access key',
  allKeys: 'All keys',
  keyRevoked: (name: string): string => `${name} (revoked)`,
  outcome: 'Outcome',
  anyOutcome: 'All',
  failed: 'Refused',
  done: 'Done',
  method: 'Method',
  anyMethod: 'All',
  apply: 'Apply filter',
  clear: 'Clear',
  time: 'Time',
  request: 'Request',
  about: 'About',
  answer: 'Answer',
  changed: 'What changed',
  took: 'Took',
  milliseconds: (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}\u{a0}ms`,
  times: (times: number, until: string): string => `${times} such requests, the last at ${until}`,
  erased: '(erased)',
  nothing: 'Nothing',
  pageTitle: ({ method, status }: KeptView): string => `${method}, answered ${status}`,
  told: 'The directory was told',
  code: 'Error code',
  from: 'Client',
  id: 'Request ID',
  idHint: 'the same in the trail, the log, and the x-request-id of the answer',
  attribute: 'Attribute',
  before: 'Before',
  after: 'After',
  changes: 'What it changed',
  members: 'Members',
  operations: 'Its operations',
  operation: 'Operation',
  moreOperations: (more: number): string => `And ${more} more, which are not kept one by one.`,
  content: 'What it sent',
  contentStates: {
    none: 'It came without content.',
    whole: 'Passwords and secrets are left out, and of groups the names of members.',
    cut: 'It was too large to be kept whole, so it cannot be replayed.',
    unread: 'It was refused before its content was read, so none is kept.',
  } satisfies Record<KeptView['bodyState'], string>,
  contentErased: 'What it said of a person was erased with them.',
  back: 'All requests',
  replay: 'Replay: see what it would do now',
  replayTitle: 'Replay this request?',
  replayIntro: 'This is what the request would do now. Nothing was done yet.',
  replayRefused: 'The request would be refused now, and change nothing:',
  replayNothing: 'It would change nothing: everything is already as the request says.',
  replayCreates: 'It would create this:',
  replayDeletes: (name: string): string => `It would delete ${name}, who is out at once.`,
  replayDeletesGroup: (name: string): string => `It would delete the group ${name}.`,
  replayChanges: 'It would change this:',
  replayPutsOut: (people: number): string => `It would put ${counted(people, 'person', 'people')} out everywhere.`,
  changedSince: 'It was changed after this request, last at',
  replayButton: 'Replay the request',
};

/** What a request changed, in a few words. */
export function summary({ became, differences, moved, found, subject, status, operations }: Summed): string {
  if (status >= 400) return texts.nothing;
  if (operations) {
    const { first, more, refused } = operations;
    return `${counted(first.length + more, 'operation', 'operations')}${refused > 0 ? `, ${refused} refused` : ''}`;
  }
  if (found !== null) return `Found ${found}`;
  if (became === 'created') return moved?.added ? `Created, with ${membersOf(moved)}` : 'Created';
  if (became === 'deleted') return 'Deleted';
  if (became === null) return subject === null ? '–' : 'Read';
  const attributes = differences.length > 0 ? [counted(differences.length, 'attribute', 'attributes')] : [];
  const members = moved && moved.added + moved.removed > 0 ? [membersOf(moved)] : [];
  return [...attributes, ...members].join(', ') || texts.nothing;
}

type Summed = Pick<KeptView, 'became' | 'differences' | 'moved' | 'found' | 'subject' | 'status' | 'operations'>;
/** An operation of a bulk request as it was sent. */
export const operationOf = ({ method, path, bulkId }: Operation): string =>
  `${method} ${path}${bulkId === null ? '' : ` (bulkId ${bulkId})`}`;
type Operation = NonNullable<KeptView['operations']>['first'][number];

type Moved = { added: number; removed: number };

const membersOf = ({ added, removed }: Moved): string =>
  [
    added > 0 && `${counted(added, 'member', 'members')} added`,
    removed > 0 && `${counted(removed, 'member', 'members')} removed`,
  ]
    .filter(Boolean)
    .join(', ');

type Names = Moved & { addedNames: string[]; removedNames: string[] };

/** Who came and who went, a line each; the first by name. */
export const movedLines = ({ added, removed, addedNames, removedNames }: Names): string[] =>
  [
    added > 0 && `${counted(added, 'member', 'members')} added: ${some(added, addedNames)}`,
    removed > 0 && `${counted(removed, 'member', 'members')} removed: ${some(removed, removedNames)}`,
  ].filter((line) => line !== false);

const some = (count: number, names: readonly string[]): string =>
  names.join(', ') + (count > names.length ? `, and ${count - names.length} more` : '');

/** Attributes by what administrators call them, in the order in which they are shown; others by their own names. */
const labels: Record<string, string> = {
  userName: 'User name',
  displayName: 'Display name',
  active: 'Active',
  'name.givenName': 'First name',
  'name.familyName': 'Last name',
  'name.formatted': 'Full name',
  emails: 'E-mail addresses',
  phoneNumbers: 'Telephone numbers',
  addresses: 'Addresses',
  title: 'Title',
  department: 'Department',
  employeeNumber: 'Employee number',
  externalId: 'ID in the directory',
};
const order = Object.keys(labels);
const yesNo = new Map([
  ['true', 'Yes'],
  ['false', 'No'],
]);

/** Differences in the words and the order of administrators. */
export function inWords(differences: readonly Difference[]): { label: string; before: string; after: string }[] {
  const named = differences.map(({ attribute, before, after }) => {
    const name = attribute.replace(/^urn:.*:User:/, '');
    const value = (text: string | null): string =>
      text === null ? '–' : (name === 'active' && yesNo.get(text)) || text;
    const at = order.indexOf(name);
    return { label: labels[name] ?? name, before: value(before), after: value(after), at: at < 0 ? order.length : at };
  });
  return named.toSorted((one, other) => one.at - other.at);
}
