import { type Cli, verb } from '../frame/command.ts';

export function backup(cli: Cli): void {
  verb(cli, cli.program, {
    call: 'backup <file>',
    does: 'write everything that the database holds into a file',
    more:
      'It works beside a running server, and the file is of one moment. Secrets stay sealed in it: it is worth nothing ' +
      'without the keyring in CERTS_DIR, which --keyring copies too. Keep the two apart.',
    expects: { file: 'a file that is not there yet' },
    options: [['--keyring <file>', 'copy the keyring too, into a file of its own']],
    examples: [
      'carillon backup /var/backups/carillon/$(date +%F).backup',
      'carillon backup carillon.backup --keyring /mnt/safe/keyring.json',
    ],
    work: async () => (await import('../work/backup.ts')).backup,
  });
}

export function restore(cli: Cli): void {
  verb(cli, cli.program, {
    call: 'restore <file>',
    does: 'put a backup in place of what the database holds',
    more:
      'Stop the server first. A backup of SQLite can be restored into PostgreSQL and the other way round: this is how an ' +
      'installation moves. Everybody is signed out, since a no that was said after the backup is not in it.',
    expects: { file: 'what `carillon backup` has written' },
    takes: ['yes'],
    options: [
      ['--replace', 'delete the installation that the database holds now'],
      ['--keyring <file>', 'put this keyring into CERTS_DIR first, where there is none'],
      ['--keep-sessions', 'sign nobody out: right only when nothing was changed since the backup, as in a move'],
    ],
    examples: ['carillon restore carillon.backup', 'carillon restore carillon.backup --replace --yes'],
    work: async () => (await import('../work/backup.ts')).restore,
  });
}
