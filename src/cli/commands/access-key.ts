import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/access-key.ts');
const takes = ['organisation'] as const;
const whose: [flags: string, meaning: string][] = [
  ['--user <name>', 'the user name of the administrator; needed when there are several'],
];
const expects = { key: 'its access key ID' };

export function accessKey(cli: Cli): void {
  const it = noun(cli, 'access-key', 'with which an administrator’s programs sign requests to the administration API');
  verb(cli, it, {
    call: 'create',
    does: 'make an access key, whose secret is shown this once',
    takes,
    options: whose,
    examples: ['carillon access-key create', 'carillon access-key create --user ada --json'],
    work: async () => (await load()).create,
  });
  verb(cli, it, {
    call: 'list',
    does: 'list the access keys of an administrator, with their last use',
    takes,
    options: whose,
    examples: ['carillon access-key list --user ada'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'deactivate <key>',
    does: 'turn a key off: requests with it are refused until it is turned on',
    expects,
    takes,
    options: whose,
    examples: ['carillon access-key deactivate CKIAEXAMPLEEXAMPLE23'],
    work: async () => (await load()).deactivate,
  });
  verb(cli, it, {
    call: 'activate <key>',
    does: 'turn a key on again',
    expects,
    takes,
    options: whose,
    examples: ['carillon access-key activate CKIAEXAMPLEEXAMPLE23'],
    work: async () => (await load()).activate,
  });
  verb(cli, it, {
    call: 'delete <key>',
    does: 'delete a key for good',
    expects,
    takes: [...takes, 'yes'],
    options: whose,
    examples: ['carillon access-key delete CKIAEXAMPLEEXAMPLE23'],
    work: async () => (await load()).remove,
  });
}
