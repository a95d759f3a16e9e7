import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { startDemo } from './compose.ts';
import { companyName, demoPassword, displayName, samplePeople } from './people.ts';
import { consolePassword, consoleUser } from './set-up.ts';

const expectations = ['is Pro', 'is Basic', 'is in no mapped group: refused, and told whom to ask'];

const say = (line = ''): boolean => process.stdout.write(`${line}\n`);

/** Carillon beside the sample company, until Ctrl-C; everything is kept in `data/demo`, also after a `kill -9`. */
export async function demo(): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folder = resolve(root, process.env['DEMO_FOLDER'] ?? 'data/demo');
  const firstPort = Number(process.env['DEMO_PORT'] ?? 3000);
  say(`Starting Carillon and ${companyName} …`);
  const running = await startDemo({
    folder,
    ports: { carillon: firstPort, directory: firstPort + 1, provider: firstPort + 2 },
  });
  say();
  say(`Carillon                     ${running.publicUrl}`);
  say(`${companyName}’s directory             ${running.directoryUrl}`);
  say(`${companyName}’s sign-in (an OpenID provider, as Okta is one)   ${running.issuer}`);
  say();
  say(`1. Open ${running.publicUrl} and sign in as one of these; everybody’s password is ${demoPassword}`);
  samplePeople().forEach((person, i) =>
    say(`     ${person.email.padEnd(32)} ${displayName(person)} ${expectations[i] ?? ''}`),
  );
  say(`2. Open the directory beside it, press Deactivate for that person, and watch their page end.`);
  say(`3. The administrator’s console is ${running.publicUrl}/console`);
  say(`     organisation ${running.organisationId}, user name ${consoleUser}, password ${consolePassword}`);
  say();
  say('Ctrl-C ends it. Kill it and start it again: whoever was out is still out.');
  const stop = (): void => void running.stop().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
