import { toUnicodeDomain } from '../../../accounts/domains/name.ts';
import type { HeldPerson } from './state/held.entity.ts';
import type { FollowingWord, Problem } from './status.ts';

/** How following goes, in a word. */
export const followingWords: Record<FollowingWord, { text: string; tone: '' | 'good' | 'warn' | 'bad' }> = {
  beginning: { text: 'Reading for the first time', tone: '' },
  following: { text: 'Up to date', tone: 'good' },
  failing: { text: 'Failing', tone: 'bad' },
  waiting: { text: 'Waits for you', tone: 'warn' },
  notFollowed: { text: 'Nobody follows', tone: 'bad' },
};

/** Why reading a directory fails, in plain words with what to do, by the stable code. */
export function failureText(code: string | null): string {
  return failures[code ?? ''] ?? failures['directory.failed']!;
}

const failures: Record<string, string> = {
  'directory.unavailable':
    'No server of the directory answers. Nobody is put out by that, and Carillon goes on trying. Test the directory: that says which step fails at which server, and what to do.',
  'directory.notTheSame':
    'The servers answer, but for another directory than the one that was connected: a copy for tests, one that was made anew and not restored from a backup, or one of another domain. Its people would be taken for others, so nothing of it is taken over and nobody is put out. Check where the names of the servers lead. If the directory was made anew, disconnect it, save its settings once more, and connect it again: people are known by their addresses then.',
  'directory.refused':
    'The directory answers, and refuses what it is asked. Often the password of the service account was changed, or its right to read was taken away. Test the directory, and give the new password in its settings.',
  'directory.busy': 'The directory is asked too much at the moment. Carillon goes on trying; nothing needs to be done.',
  'directory.notFound': 'The directory is no longer authorised here.',
  'directory.notConnected': 'The directory was disconnected while it was read.',
  'directory.failed':
    'Carillon itself failed while it took over what the directory says. The log of the server has the cause. Nothing was changed for anyone.',
};

/** Why entries became no person, or are not what they are in the directory, and what to do. */
export function problemText({ code, domain }: Pick<Problem, 'code' | 'domain'>): { why: string; todo: string } {
  if (code === 'user.domainNotVerified' && domain !== null) {
    const name = toUnicodeDomain(domain);
    return {
      why: `Their address is in ${name}, which this account has not verified.`,
      todo: `Claim and verify ${name}.`,
    };
  }
  return problems[code] ?? { why: `They were refused: ${code}.`, todo: 'Mend the entry in the directory.' };
}

const problems: Record<string, { why: string; todo: string }> = {
  'directory.noAddress': {
    why: 'The entry has no e-mail address that is one.',
    todo: 'Give the entry a mail attribute, or leave such entries out by the user filter.',
  },
  'directory.stateUnreadable': {
    why:
      'The service account may not read whether the entry is enabled (userAccountControl). Nobody new comes in so; ' +
      'whoever was known before stays, and would not be put out when they are disabled.',
    todo: 'Let the service account read userAccountControl, and have the directory read now.',
  },
  'directory.groupUnreadable': {
    why: 'The directory refuses to give the group’s entry or members. It stays as it was read last.',
    todo: 'Check the rights of the service account to the group. Carillon tries again every hour.',
  },
  'user.domainNotVerified': {
    why: 'Their address is in a domain that this account has not verified.',
    todo: 'Claim and verify the domain.',
  },
  'user.userNameTaken': takenBy('user name'),
  'user.addressTaken': takenBy('address'),
  'user.externalIdTaken': takenBy('id'),
  'user.addressBarred': {
    why: 'An administrator has suspended somebody of that address.',
    todo: 'Activate the person who has it, if they may come in.',
  },
  'user.addressInvalid': { why: 'Their address is not one.', todo: 'Mend the mail attribute in the directory.' },
};

function takenBy(what: string): { why: string; todo: string } {
  return {
    why: `Another entry of the directory, or another person of the account, has the same ${what}.`,
    todo: 'Give each entry an address of its own in the directory.',
  };
}

/** What the directory did not return of a person. */
export const missingText: Record<HeldPerson['missing'], string> = {
  entry: 'Their entry was not returned',
  member: 'Their membership of the last group with a permission tier was not returned',
};

const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** What waits for an administrator, in a sentence. */
export const heldText = (people: number): string =>
  `${counted(people, 'person', 'people')} would be put out because the directory did not return them.`;

/**
 * How a list differs from what somebody has seen of it, in a sentence.
 * @param changes null: what was seen is no list of this directory
 */
export function heldChanges(changes: { came: number; gone: number; names: readonly string[] } | null): string {
  if (!changes) return 'This is not the list as it is now.';
  const { came, gone, names } = changes;
  const whom = names.length === 0 ? '' : ` (${names.join(', ')}${came > names.length ? ', …' : ''})`;
  const some = [
    ...(came > 0 ? [`${counted(came, 'person', 'people')} came onto the list${whom}`] : []),
    ...(gone > 0 ? [`${counted(gone, 'person', 'people')} left it`] : []),
  ];
  return some.length === 0 ? 'Others are on the list now.' : `Since it was looked at, ${some.join(', and ')}.`;
}

/** What letting it go on does, before it is done. */
export const approveSays = (people: number): string[] => [
  heldText(people),
  'If that is right, such as after many people have left or a group was emptied, let it go on: they are out everywhere as soon as the directory is read again and still does not return them. Whoever is returned by then stays in.',
  'If it is not right, such as when the service account may no longer read a part of the directory, or the base DN or a filter was changed by mistake, mend that. Nobody is put out meanwhile, and what waits is forgotten once they are returned.',
];
