import { type Cli, noun, verb } from '../frame/command.ts';
import { secretOptions } from '../frame/secret.ts';

const load = () => import('../work/upstream.ts');
const expects = { provider: 'its name or its id' };

/** What can be said of a provider when it is added, and later. */
const settings: readonly (readonly [flags: string, meaning: string])[] = [
  ['--client-id <id>', 'the client ID that the provider gave'],
  ...secretOptions('client secret'),
  ['--scope <scopes>', 'what is asked for, parted by blanks'],
  ['--vouches <how>', 'whether it proves addresses: yes, no, or the field of the profile that says so'],
  ['--authorization-endpoint <url>', 'where people are sent; of oauth, and of amazon for another face'],
  ['--token-endpoint <url>', 'where codes are exchanged'],
  ['--profile-endpoint <url>', 'where it says who somebody is'],
  ['--address-field <name>', 'of oauth: the field of the profile with the e-mail address'],
  ['--name-field <name>', 'of oauth: the field with the name'],
  ['--client-authentication <how>', 'basic or post: how a plain OAuth server is shown the secret'],
];

export function upstream(cli: Cli): void {
  const it = noun(cli, 'upstream', 'other providers by which people without a directory may sign in');
  verb(cli, it, {
    call: 'add <name>',
    does: 'add a provider; from then on its button is on the sign-in page',
    more:
      'An OpenID provider needs its issuer; a plain OAuth 2.0 server its three addresses and the names of its fields; ' +
      'Login with Amazon the client alone. "carillon upstream show <name>" tells the redirect URI beforehand. The secret ' +
      'is stored encrypted, never shown again, and never given as an argument.',
    expects: { name: 'what stands on the button' },
    options: [
      ['--kind <kind>', 'openid, oauth, or amazon for Login with Amazon', 'openid'],
      ['--issuer <url>', 'of openid: the issuer; of oauth: the iss that its answers carry, if they do (RFC 9207)'],
      ['--subject-field <name>', 'of oauth: the field that says who somebody is, and never changes'],
      ...settings,
    ],
    examples: [
      'carillon upstream add Amazon --kind amazon --client-id amzn1.application-oa2-client.1a2b --secret-file secret.txt',
      'carillon upstream add Google --issuer https://accounts.google.com --client-id 1a2b --secret-file secret.txt',
    ],
    work: async () => (await load()).add,
  });
  verb(cli, it, {
    call: 'list',
    does: 'list the providers',
    examples: ['carillon upstream list'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'show <provider>',
    does: 'show a provider, its redirect URI, and how many people sign in by it',
    expects,
    examples: ['carillon upstream show Amazon'],
    work: async () => (await load()).show,
  });
  verb(cli, it, {
    call: 'update <provider>',
    does: 'change what is said; the rest stays',
    more:
      'Name, kind, issuer and the field that says who somebody is stay: links are of those. The secret is kept while the ' +
      'client ID and the address that gets it stay the same. Sign-ins under way have to be begun again.',
    expects,
    options: settings,
    examples: ['carillon upstream update Amazon --secret-file new-secret.txt'],
    work: async () => (await load()).update,
  });
  verb(cli, it, {
    call: 'remove <provider>',
    does: 'remove a provider with its links; says first who could not sign in any more',
    more: 'People keep their accounts, and who is signed in stays so.',
    expects,
    takes: ['yes'],
    examples: ['carillon upstream remove Amazon'],
    work: async () => (await load()).remove,
  });
}
