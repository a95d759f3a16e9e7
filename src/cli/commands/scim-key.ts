import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/scim-key.ts');
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
}
