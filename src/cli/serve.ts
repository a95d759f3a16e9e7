import { startCarillon } from '../main.ts';
import { configuration } from './config.ts';

const say = (line = ''): boolean => process.stdout.write(`${line}\n`);

/** Runs the server until SIGTERM or SIGINT; what was accepted is answered first. */
export async function serve(): Promise<void> {
  const config = configuration();
  const carillon = await startCarillon(config);
  say(`Carillon is ready: ${config.publicUrl}`);
  if (carillon.setUpLink) {
    say();
    say('Open this link to name your organisation and set the first administrator’s password.');
    say('It works once, and for an hour; another is made by: npm run carillon -- admin link');
    say();
    say(`  ${carillon.setUpLink}`);
    say();
  } else say(`Administrators sign in at ${config.publicUrl}/console`);
  say(`Log: ${config.logFile === '-' ? 'standard error' : config.logFile}`);

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    carillon.house.ground.log.info({ signal }, 'stopping');
    carillon.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
