import { Database } from '../../platform/database/database.ts';
import { inspectDatabase } from '../../platform/database/inspect.ts';
import { storage } from '../../storage/storage.ts';
import type { Call } from '../frame/command.ts';
import { type Exit, exits } from '../frame/exit.ts';
import { refuseUnusable } from '../frame/house.ts';

/** Runs the missing migrations and names them; with `--check` it only names them. */
export function migrate(call: Call): Promise<Exit> {
  const { databaseUrl } = call.configuration();
  const work = call.flag('check') ? check(call, databaseUrl) : run(call, databaseUrl);
  return work.catch(refuseUnusable);
}

async function run({ output }: Call, databaseUrl: string): Promise<Exit> {
  const ran = await output.during('Migrating', Database.migrate(databaseUrl, storage));
  output.done({ ran }, ran.length ? `Ran ${ran.join(', ')}.` : 'The schema was up to date.');
  return exits.done;
}

async function check({ output }: Call, databaseUrl: string): Promise<Exit> {
  const found = await inspectDatabase(databaseUrl, storage);
  await found?.close();
  const missing = found?.missing ?? storage.migrations.map((migration) => new migration().name ?? migration.name);
  output.done(
    { missing, unknown: found?.unknown ?? [] },
    missing.length ? `Missing: ${missing.join(', ')}.` : 'The schema is up to date.',
  );
  return missing.length ? exits.refused : exits.done;
}
