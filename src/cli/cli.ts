import { Command } from 'commander';
import { CarillonError } from '../platform/errors/errors.ts';

/** The command line. Each command imports what it needs when it runs, so that none pays for another. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('carillon')
    .description('Identity-federation gateway: OpenID Connect and SCIM, accounts and tiers.')
    .showHelpAfterError();
  program
    .command('serve')
    .description('run the server')
    .action(async () => (await import('./serve.ts')).serve());
  const admin = program.command('admin').description('administrators');
  admin
    .command('link')
    .description('make a link with which an administrator sets a password: works once, lives an hour')
    .option('--user <name>', 'which administrator, when there are several')
    .action(async (options: { user?: string }) => (await import('./admin-link.ts')).adminLink(options.user ?? null));
  program
    .command('trail')
    .description('list the trail, newest first')
    .option('--organisation <id>', 'twelve digits; needed when there are several')
    .option('--event <name>', 'only this event, such as AddDomain')
    .option('--account <id>', 'only this account')
    .option('--limit <number>', 'how many at most', '50')
    .option('--json', 'one CloudTrail record a line')
    .action(async (options: Record<string, string | undefined>) => (await import('./trail.ts')).trail(options));
  program
    .command('env-example')
    .description('print .env.example: every setting with its meaning and default')
    .action(async () => {
      const { envExample } = await import('../platform/config/example.ts');
      process.stdout.write(envExample());
    });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof CarillonError ? error.message : String((error as Error).stack)}\n`);
    process.exitCode = 1;
  }
}
