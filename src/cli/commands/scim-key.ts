import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/scim-key.ts');
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
}
