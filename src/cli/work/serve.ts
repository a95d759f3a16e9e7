import { startCarillon } from '../../main.ts';
import type { Call } from '../frame/command.ts';
import { refuseUnusable } from '../frame/house.ts';

/** Runs the server until SIGTERM or SIGINT; what was accepted is answered first. */
export async function serve({ configuration, output }: Call): Promise<void> {
  const config = configuration(true);
  const carillon = await startCarillon(config).catch(refuseUnusable);
  const { publicUrl, logFile } = config;
  if (output.json) output.document({ publicUrl, port: carillon.port, setUpLink: carillon.setUpLink, log: logFile });
  else {
    const say = (line = ''): void => output.line(line);
    say(`Carillon is ready: ${publicUrl}`);
    if (carillon.setUpLink) {
      say();
      say('Open this link to name your organisation and set the first administrator’s password.');
      say('It works once, and for an hour; another is made by: npm run carillon -- admin link');
      say();
      say(`  ${carillon.setUpLink}`);
      say();
    } else say(`Administrators sign in at ${publicUrl}/console`);
    say(`Log: ${logFile === '-' ? 'standard error' : logFile}`);
  }

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
