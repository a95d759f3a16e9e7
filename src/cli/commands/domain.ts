import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/domain.ts');
const expects = { domain: 'such as example.com' };
const takes = ['account', 'organisation'] as const;

export function domain(cli: Cli): void {
  const it = noun(cli, 'domain', 'the e-mail domains of an account');
  verb(cli, it, {
    call: 'claim <domain>',
    does: 'claim a domain, and print the TXT record that proves it',
    expects,
    takes,
    examples: ['carillon domain claim example.com', 'carillon domain claim example.com --json | jq -r .record.value'],
    work: async () => (await load()).claim,
  });
  verb(cli, it, {
    call: 'list',
    does: 'list the claims of an account',
    takes,
    examples: ['carillon domain list'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'show <domain>',
    does: 'show a claim and its TXT record',
    expects,
    takes,
    examples: ['carillon domain show example.com'],
    work: async () => (await load()).show,
  });
  verb(cli, it, {
    call: 'verify <domain>',
    does: 'look for the TXT record now',
    more: 'The server does so by itself every few minutes. The status is 1 when the record is not found.',
    expects,
    takes,
    examples: ['carillon domain verify example.com'],
    work: async () => (await load()).verify,
  });
  verb(cli, it, {
    call: 'remove <domain>',
    does: 'remove a claim; says first how many people that puts out',
    more: 'Everybody whose primary address is in a verified domain that is removed is out at once.',
    expects,
    takes: [...takes, 'yes'],
    examples: ['carillon domain remove example.com'],
    work: async () => (await load()).remove,
  });
}
