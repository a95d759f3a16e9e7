import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/scim-key.ts');
const loadRequests = () => import('../work/scim-requests.ts');
const takes = ['account', 'organisation'] as const;
const expires = [
  '--expires <day>',
  'the last day (UTC) on which it is taken, or a time; at first it has no end',
] as const;

export function scimKey(cli: Cli): void {
  const it = noun(cli, 'scim-key', 'the access keys with which a directory pushes people and groups');
  verb(cli, it, {
    call: 'create <name>',
    does: 'make a key, which is shown this once',
    expects: { name: 'where it is used, such as Okta' },
    options: [expires],
    takes,
    examples: [
      'carillon scim-key create Okta',
      'carillon scim-key create Okta --expires 2031-05-31',
      'carillon scim-key create Okta --json | jq -r .key',
    ],
    work: async () => (await load()).create,
  });
  verb(cli, it, {
    call: 'list',
    does: 'list the keys that were not revoked, with their last use and their end',
    takes,
    examples: ['carillon scim-key list'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'rotate <key>',
    does: 'replace a key without a gap: makes another, which is shown this once, and lets the old one end later',
    more: 'Both are taken until then. With --overlap 0 the old one is revoked at once.',
    expects: { key: 'its id or its name' },
    options: [
      ['--overlap <hours>', 'for how long the old key is still taken, up to 2160 hours', '24'],
      ['--name <name>', 'the name of the new key; at first that of the old one'],
      expires,
    ],
    takes,
    examples: ['carillon scim-key rotate Okta', 'carillon scim-key rotate Okta --overlap 72 --expires 2031-05-31'],
    work: async () => (await load()).rotate,
  });
  verb(cli, it, {
    call: 'revoke <key>',
    does: 'revoke a key: requests with it are refused from then on',
    expects: { key: 'its id or its name' },
    takes: [...takes, 'yes'],
    examples: ['carillon scim-key revoke Okta'],
    work: async () => (await load()).revoke,
  });
  verb(cli, it, {
    call: 'requests [key]',
    does: 'list what the directory sent, newest first',
    more: 'Of each key the last 1,000 requests are kept, also of one that was revoked. A request is here a second after it was answered, or some seconds while a great many come.',
    expects: { key: 'only this key, by its id or its name' },
    takes: [...takes, 'limit'],
    options: [
      ['--failed', 'only what was refused'],
      ['--user <who>', 'only what is about this user or group: an id, or a part of a name or an address'],
      ['--method <method>', 'only this method, such as PATCH'],
    ],
    examples: ['carillon scim-key requests Okta --failed', 'carillon scim-key requests --user bob@acme.example --json'],
    work: async () => (await loadRequests()).list,
  });
  verb(cli, it, {
    call: 'request <request>',
    does: 'show one request: what it sent, changed and was answered',
    expects: { request: 'its id, as the list, the trail and the answer’s x-request-id have it' },
    takes,
    examples: ['carillon scim-key request 0199c6f4-7d2e-7a51-8b3c-5e6f7a8b9c0d'],
    work: async () => (await loadRequests()).show,
  });
  verb(cli, it, {
    call: 'replay <request>',
    does: 'do a request again, after showing what it would do now',
    more: 'Nothing is done before you agree, and nothing when something has changed since it was shown. Without --yes, and with nobody to ask, it shows the effect and ends with a refusal.',
    expects: { request: 'its id' },
    takes: [...takes, 'yes'],
    examples: ['carillon scim-key replay 0199c6f4-7d2e-7a51-8b3c-5e6f7a8b9c0d'],
    work: async () => (await loadRequests()).replay,
  });
}
