import { type Cli, noun, verb } from '../frame/command.ts';
import { secretOptions } from '../frame/secret.ts';

const load = () => import('../work/connection.ts');
const takes = ['account', 'organisation'] as const;

export function connection(cli: Cli): void {
  const it = noun(cli, 'connection', 'single sign-on: the identity provider that an account trusts');
  verb(cli, it, {
    call: 'show',
    does: 'show the connection of an account, and what to copy into the identity provider',
    takes,
    examples: ['carillon connection show'],
    work: async () => (await load()).show,
  });
  verb(cli, it, {
    call: 'set',
    does: 'save the OpenID Connect settings, after reading the provider’s discovery document',
    more:
      'What is left out stays as it is. The client secret is stored encrypted, never shown again, and never given as ' +
      'an argument; it is kept while the issuer and the client ID stay the same. At a terminal it is asked for.',
    options: [
      ['--issuer <url>', 'the issuer as the provider gives it'],
      ['--client-id <id>', 'the client ID'],
      ...secretOptions('client secret'),
      ['--redirect <which>', 'own: a redirect URI of this connection alone (at first); shared: the installation’s'],
    ],
    takes,
    examples: [
      'carillon connection set --issuer https://example.okta.com --client-id 0oa1b2c3 --secret-file secret.txt',
      'pass show okta | carillon connection set --secret-file -',
    ],
    work: async () => (await load()).set,
  });
  verb(cli, it, {
    call: 'check',
    does: 'read the provider’s discovery document and keys now',
    takes,
    examples: ['carillon connection check'],
    work: async () => (await load()).check,
  });
  verb(cli, it, {
    call: 'readiness',
    does: 'tell who can sign in by single sign-on, and what keeps the others from it',
    more: 'Counts; with --list the people of one of them.',
    options: [
      ['--list <list>', 'noGroup, deactivated, suspended, domain, neverSignedIn, notPushed or unknownMember'],
      ['--after <id>', 'the list from after this person on'],
    ],
    takes: [...takes, 'limit'],
    examples: ['carillon connection readiness', 'carillon connection readiness --list noGroup --json'],
    work: async () => (await import('../work/readiness.ts')).readiness,
  });
  verb(cli, it, {
    call: 'delete',
    does: 'delete the OpenID Connect settings, with their access keys and pushed groups',
    more: 'Nobody is put out by that: people keep their permission tier, assigned by hand from then on.',
    takes: [...takes, 'yes'],
    examples: ['carillon connection delete --account "Example Ltd"'],
    work: async () => (await load()).remove,
  });
}
