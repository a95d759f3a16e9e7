import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/scim-key.ts');
const loadRequests = () => import('../work/scim-requests.ts');
const takes = ['account', 'organisation'] as const;

export function scimKey(cli: Cli): void {
  const it = noun(cli, 'scim-key', 'the access keys with which a directory pushes people and groups');
  verb(cli, it, {
    call: 'create <name>',
    does: 'make a key, which is shown this once',
    expects: { name: 'where it is used, such as Okta' },
    takes,
    examples: ['carillon scim-key create Okta', 'carillon scim-key create Okta --json | jq -r .key'],
    work: async () => (await load()).create,
  });
  verb(cli, it, {
    call: 'list',
    does: 'list the keys that are good, with their last use',
    takes,
    examples: ['carillon scim-key list'],
    work: async () => (await load()).list,
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
    more: 'Of each key the last 1,000 requests are kept, also of one that was revoked. A request is here a second after it was answered.',
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
