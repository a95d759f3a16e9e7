import { type Cli, noun, verb } from '../frame/command.ts';

export function secrets(cli: Cli): void {
  const it = noun(cli, 'secrets', 'the keys that seal the secrets in the database');
  verb(cli, it, {
    call: 'rotate',
    does: 'make a new sealing key, and seal every stored secret by it',
    more:
      'A server that runs goes on, and takes the new key up by itself. What an interrupted call left undone is done by ' +
      'the next. Older keys stay in the keyring, so that they open older backups, until --retire takes them away.',
    options: [['--retire', 'make no key, but take older keys away by which nothing is sealed any more']],
    takes: ['yes'],
    examples: ['carillon secrets rotate', 'carillon secrets rotate --retire --yes'],
    work: async () => (await import('../work/secrets.ts')).rotate,
  });
}
