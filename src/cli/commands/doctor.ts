import { type Cli, verb } from '../frame/command.ts';

export function doctor(cli: Cli): void {
  verb(cli, cli.program, {
    call: 'doctor',
    does: 'say what is missing or misconfigured, and how to mend it',
    more:
      'It looks at the machine, the configuration, folders and keys, the database and what it holds, DNS and the ' +
      'identity providers; it changes nothing, and works also when the server cannot start. The status is 1 when ' +
      'something must be mended.',
    options: [['--offline', 'ask nobody outside this machine but the database']],
    examples: ['carillon doctor', 'carillon doctor --json | jq \'.findings[] | select(.state == "fail")\''],
    work: async () => (await import('../work/doctor.ts')).doctor,
  });
}
