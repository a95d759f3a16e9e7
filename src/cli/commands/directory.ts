import { type Cli, noun, verb } from '../frame/command.ts';
import { secretOptions } from '../frame/secret.ts';

const load = () => import('../work/directory.ts');
const loadFollowing = () => import('../work/directory-following.ts');
const takes = ['account', 'organisation'] as const;
const expects = { directory: 'its id or its name' };
const settings = [
  ['--servers <urls>', 'ldaps://host, or ldap://host for StartTLS, with commas between, in the order they are asked'],
  ['--bind-name <name>', 'the service account: name@domain, or its DN'],
  ...secretOptions('password of the service account'),
  ['--ca-file <file>', 'the certificates (PEM) that are trusted; none: those of the system'],
  ['--name <name>', 'how it is called here; the domain’s name at first'],
  ['--base <dn>', 'where people and groups are looked for; the whole domain at first'],
  ['--user-filter <filter>', 'which entries are people'],
  ['--group-filter <filter>', 'which entries are groups'],
  ['--attributes <list>', 'such as "mail: mail, proxyAddresses: -", with commas between'],
] as const;

export function directory(cli: Cli): void {
  const it = noun(cli, 'directory', 'Active Directory and other LDAP directories that an account may use');
  verb(cli, it, {
    call: 'list',
    does: 'list the directories that an account may use',
    takes,
    examples: ['carillon directory list'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'show <directory>',
    does: 'show a directory and its settings',
    expects,
    takes,
    examples: ['carillon directory show corp.example.com'],
    work: async () => (await load()).show,
  });
  verb(cli, it, {
    call: 'authorise',
    does: 'let an account use a directory, after trying it',
    more:
      'Nothing changes for anybody until it is connected. The password is stored encrypted, never shown again, and ' +
      'never given as an argument. At a terminal it is asked for.',
    options: settings,
    takes,
    examples: [
      'carillon directory authorise --servers ldaps://dc1.example.com,ldaps://dc2.example.com --bind-name svc-carillon@example.com --ca-file ca.pem',
      'pass show ad | carillon directory authorise --servers ldap://dc1.example.com --bind-name svc@example.com --secret-file -',
    ],
    work: async () => (await load()).authorise,
  });
  verb(cli, it, {
    call: 'set <directory>',
    does: 'change the settings of a directory, after trying them',
    more:
      'What is left out stays as it is. The password is asked for again when a server, the certificate authority or ' +
      'the service account changes.',
    expects,
    options: settings,
    takes,
    examples: ['carillon directory set corp.example.com --base "OU=Staff,DC=corp,DC=example,DC=com"'],
    work: async () => (await load()).set,
  });
  verb(cli, it, {
    call: 'test <directory>',
    does: 'try every server step by step, and say what to do about what fails',
    expects,
    takes,
    examples: ['carillon directory test corp.example.com'],
    work: async () => (await load()).test,
  });
  verb(cli, it, {
    call: 'connect <directory>',
    does: 'take people’s sign-ins and tiers from a directory from now on',
    more: 'Nobody may be in until a group has a tier: carillon group map <group> <tier>.',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon directory connect corp.example.com'],
    work: async () => (await load()).connect,
  });
  verb(cli, it, {
    call: 'disconnect',
    does: 'disconnect the account’s directory',
    more: 'Nobody is put out by that: people keep their permission tier, assigned by hand from then on.',
    takes: [...takes, 'yes'],
    examples: ['carillon directory disconnect --account "Example Ltd"'],
    work: async () => (await load()).disconnect,
  });
  verb(cli, it, {
    call: 'require-factor <directory>',
    does: 'ask for a second factor of Carillon’s after a password of this directory',
    more: 'It counts from the next sign-in on: who has no second factor sets one up then. Whoever is in stays in.',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon directory require-factor corp.example.com'],
    work: async () => (await load()).requireFactor,
  });
  verb(cli, it, {
    call: 'relax-factor <directory>',
    does: 'let a password of this directory be enough again',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon directory relax-factor corp.example.com --yes'],
    work: async () => (await load()).relaxFactor,
  });
  verb(cli, it, {
    call: 'remove <directory>',
    does: 'forget a directory that is not connected',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon directory remove corp.example.com'],
    work: async () => (await load()).remove,
  });
  following(cli, it);
}

/** What is done about a directory that is connected; without its name, the account's one. */
function following(cli: Cli, it: ReturnType<typeof noun>): void {
  verb(cli, it, {
    call: 'status [directory]',
    does: 'show how the following of the connected directory goes',
    more: 'Last looks, counts, entries that are nobody here and why, what fails, and who waits for an administrator.',
    expects,
    takes,
    examples: ['carillon directory status', 'carillon directory status corp.example.com --json'],
    work: async () => (await loadFollowing()).status,
  });
  verb(cli, it, {
    call: 'held [directory]',
    does: 'list whom the directory did not return, and who waits for an administrator therefore',
    expects,
    takes: [...takes, 'limit'],
    examples: ['carillon directory held --limit 1000'],
    work: async () => (await loadFollowing()).held,
  });
  verb(cli, it, {
    call: 'approve [directory]',
    does: 'let it go on: put out whom the directory still does not return',
    more: 'Look at them first: carillon directory held, which names the list that it shows.',
    expects,
    options: [
      ['--list <name>', 'let exactly this list go on, and refuse when it has changed; needed with --yes'],
      ['--people <number>', 'refuse unless it concerns exactly so many'],
    ],
    takes: [...takes, 'yes'],
    examples: [
      'carillon directory approve',
      'carillon directory approve --list 120.mf2k7x1c.pVb3hXo0q2m9Zc1LrT4sYw --yes',
    ],
    work: async () => (await loadFollowing()).approve,
  });
  verb(cli, it, {
    call: 'read [directory]',
    does: 'have the server read the directory whole now',
    expects,
    takes,
    examples: ['carillon directory read'],
    work: async () => (await loadFollowing()).read,
  });
}
