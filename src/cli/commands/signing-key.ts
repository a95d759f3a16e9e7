import { type Cli, noun, verb } from '../frame/command.ts';

const load = () => import('../work/signing-key.ts');

export function signingKey(cli: Cli): void {
  const it = noun(cli, 'signing-key', 'the keys that sign ID tokens; they rotate by themselves');
  verb(cli, it, {
    call: 'list',
    does: 'list the keys that are published: the active one, the next, and those whose tokens are not over yet',
    examples: ['carillon signing-key list'],
    work: async () => (await load()).list,
  });
  verb(cli, it, {
    call: 'rotate',
    does: 'sign with the next key from now on; the former one stays published for what it has signed',
    examples: ['carillon signing-key rotate'],
    work: async () => (await load()).rotate,
  });
  verb(cli, it, {
    call: 'revoke <key>',
    does: 'take a key away at once, as after a leak: whatever it signed is refused',
    expects: { key: 'its key ID (kid)' },
    takes: ['yes'],
    examples: ['carillon signing-key revoke NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'],
    work: async () => (await load()).revoke,
  });
}
