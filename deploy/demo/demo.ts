import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { startDemo } from './compose.ts';
import { companyName, demoPassword, displayName, type Group, type Person } from './people.ts';
import { consolePassword, consoleUser } from './set-up.ts';

/** What becomes of somebody who signs in now, by what the directory says of them. */
function expected({ active, groups }: Person, all: readonly Group[]): string {
  if (!active) return 'is deactivated in the directory: out, until it activates them';
  const named = all.filter(({ id }) => groups.includes(id)).map(({ name }) => name);
  if (named.includes('Carillon Pro')) return 'is Pro';
  return named.includes('Carillon Basic') ? 'is Basic' : 'is in no mapped group: refused, and told whom to ask';
}

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
    databaseUrl: process.env['DEMO_DATABASE_URL'], // not DATABASE_URL: that may be somebody's real one
  });
  say();
  say(`Carillon                     ${running.publicUrl}`);
  say(`${companyName}’s directory             ${running.directoryUrl}`);
  say(`${companyName}’s sign-in (an OpenID provider, as Okta is one)   ${running.issuer}`);
  say();
  say(`1. Open ${running.publicUrl} and sign in as one of these; everybody’s password is ${demoPassword}`);
  const { people, groups } = running.directory.company.state();
  for (const each of people) say(`     ${each.email.padEnd(32)} ${displayName(each)} ${expected(each, groups)}`);
  say('2. Open the directory beside it, press Deactivate for that person, and watch their page end.');
  say(`3. The administrator’s console is ${running.publicUrl}/console`);
  say(`     organisation ${running.organisationId}, user name ${consoleUser}, password ${consolePassword}`);
  say();
  say('Ctrl-C ends it. Kill it and start it again: whoever was out is still out.');
  const stop = (): void => void running.stop().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
