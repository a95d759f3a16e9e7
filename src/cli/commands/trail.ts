import { type Cli, noun, verb } from '../frame/command.ts';

export function trail(cli: Cli): void {
  const it = noun(cli, 'trail', 'the record of every action');
  verb(cli, it, {
    call: 'list',
    does: 'list records, newest first',
    more: 'This is also what `carillon trail` alone does. With --json it is CloudTrail’s {"Records": […]}.',
    takes: ['organisation', 'limit'],
    options: [
      ['--event <name>', 'only this event, such as AddDomain'],
      ['--account <account>', 'only this account, by its id or name'],
      ['--changes', 'without the records of reads'],
      ['--lines', 'one JSON record a line, for programs that read logs'],
    ],
    examples: ['carillon trail list --event AddDomain', 'carillon trail --changes --limit 1000 --json'],
    isDefault: true,
    work: async () => (await import('../work/trail.ts')).list,
  });
  verb(cli, it, {
    call: 'verify',
    does: 'verify that no record was altered, deleted, put in or reordered',
    more: 'Names the first record of each organisation that is wrong, and then ends with status 1. May run beside the server. Without --organisation it verifies all of them, and the records of the installation itself.',
    options: [
      ['--organisation <organisation>', 'only this one, by its twelve digits or its name'],
      ['--key <file>', 'the public key that was kept elsewhere, PEM, instead of the one in the database'],
    ],
    examples: ['carillon trail verify', 'carillon trail verify --key /mnt/vault/trail-public.pem --json'],
    work: async () => (await import('../work/trail-verify.ts')).verify,
  });
  verb(cli, it, {
    call: 'digests',
    does: 'list the signed digests, newest first',
    more: 'One is signed at the end of every hour. With --json each has its JSON Web Signature.',
    takes: ['organisation', 'limit'],
    examples: ['carillon trail digests --limit 24'],
    work: async () => (await import('../work/trail-verify.ts')).digests,
  });
  verb(cli, it, {
    call: 'key',
    does: 'print the public key of the digests',
    more: 'Keep it on another machine, with the digests: against both nobody can rewrite the trail here.',
    examples: ['carillon trail key > trail-public.pem'],
    work: async () => (await import('../work/trail-verify.ts')).key,
  });
}
