import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/client.ts');
const takes = ['organisation'] as const;
const expects = { client: 'its id or its name' };

/** What can be said of a client when it is made, and later. */
const settings: readonly (readonly [flags: string, meaning: string])[] = [
  ['--account <account>', 'only people of this account, by its id or name; "all" for everybody of the organisation'],
  ['--redirect-uris <uris>', 'where the browser comes back to, parted by commas'],
  ['--post-logout-redirect-uris <uris>', 'where the browser may go after signing out, parted by commas'],
  ['--backchannel-logout-uri <uri>', 'told when a session is over'],
  ['--backchannel-logout-session <yes|no>', 'whether tokens name the session; else a logout is of the person'],
  ['--grant-types <types>', 'parted by commas, such as authorization_code,refresh_token'],
  ['--scopes <scopes>', 'what it may ask for, parted by commas'],
  ['--subject-type <type>', 'pairwise (what people are called there, nobody else knows) or public'],
  ['--sector <host>', 'for pairwise subjects, when the redirect URIs have several hosts'],
  [
    '--access-token-format <format>',
    'opaque, or jwt for those who ask with resource=<audience>: nobody can take it back, so it lives 300 seconds at most',
  ],
  ['--access-token-seconds <seconds>', 'how long access tokens live, within ACCESS_TOKEN_SECONDS'],
  ['--audience <uri>', 'what its access tokens are for'],
  ['--resource <uri>', 'the audience that it is itself: it may introspect tokens made for that'],
  ['--introspects-organisation <yes|no>', 'whether it may introspect every token of the organisation'],
  ['--first-party <yes|no>', 'the organisation’s own: nobody is asked for consent'],
  [
    '--query-tokens <yes|no>',
    'of Login with Amazon: whether access tokens may come in an address, as passport-amazon sends them',
  ],
  ['--jwks-file <path>', 'its public keys, as a JWK Set: it signs assertions and has no secret'],
];

export function client(cli: Cli): void {
  const it = noun(cli, 'client', 'the applications that trust Carillon to say who somebody is');
  verb(cli, it, {
    call: 'create <name>',
    does: 'register an application, and print its id and its secret, which is shown this once',
    takes,
    options: [
      ['--kind <kind>', 'web, spa, native, service or device', 'web'],
      ['--protocol <protocol>', 'what it speaks: openid, or amazon for Login with Amazon', 'openid'],
      ...settings,
    ],
    examples: [
      'carillon client create Wiki --redirect-uris https://wiki.example.com/callback',
      'carillon client create Shop --protocol amazon --redirect-uris https://shop.example.com/callback',
      'carillon client create Robot --kind service --audience https://api.example.com/ --json | jq -r .secret',
    ],
    work: async () => (await load()).create,
  });
  verb(cli, it, {
    call: 'list',
    does: 'list the applications of the organisation',
    takes,
    examples: ['carillon client list'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'show <client>',
    does: 'show an application, and how many are signed in to it',
    expects,
    takes,
    examples: ['carillon client show Wiki'],
    work: async () => (await load()).show,
  });
  verb(cli, it, {
    call: 'update <client>',
    does: 'change what is said; the rest stays',
    more: 'A setting given as an empty text is taken away.',
    expects,
    takes,
    options: [['--name <name>', 'its new name'], ...settings],
    examples: ['carillon client update Wiki --backchannel-logout-uri https://wiki.example.com/logout'],
    work: async () => (await load()).update,
  });
  verb(cli, it, {
    call: 'rotate-secret <client>',
    does: 'make a new secret, which is shown this once',
    expects,
    takes,
    options: [['--former-good-hours <hours>', 'how long the former secret stays good; 0 after a leak', '24']],
    examples: ['carillon client rotate-secret Wiki', 'carillon client rotate-secret Wiki --former-good-hours 0'],
    work: async () => (await load()).rotate,
  });
  verb(cli, it, {
    call: 'delete <client>',
    does: 'delete an application; says first what that ends',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon client delete Wiki'],
    work: async () => (await load()).remove,
  });
}
