import type { Engine } from '../../src/platform/database/sql.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { isPostgresHere, migratedDatabase, needPostgres } from './postgres.ts';

const names: Record<Engine, string> = { sqlite: 'SQLite', postgres: 'PostgreSQL' };
/** What suites run on that do not say: SQLite, or what whoever started the run wants to see everything on. */
const usual: Engine = process.env['TEST_ENGINE'] === 'postgres' ? 'postgres' : 'sqlite';
let present: Engine = usual;
/** Of a SQLite file's path: the PostgreSQL database that stands for it, so that what is opened again is the same. */
const standIns = new Map<string, Promise<string>>();

/** Describes a suite twice, once on each engine; what it starts through `test/support` is on that engine. */
export function describeOnEachEngine(title: string, suite: (this: Mocha.Suite, engine: Engine) => void): void {
  for (const engine of ['sqlite', 'postgres'] as const) {
    const describeIt = engine === 'postgres' && !isPostgresHere() ? describe.skip : describe;
    describeIt(`${title} (${names[engine]})`, function () {
      before(async function () {
        if (engine === 'postgres') await needPostgres(this);
        present = engine;
      });
      after(() => {
        present = usual;
      });
      suite.call(this, engine);
    });
  }
}

/** The database for a test that would have this file on SQLite: the file, or on PostgreSQL a database in its place. */
export function databaseAt(path: string): Promise<string> {
  if (present === 'sqlite' || path.startsWith('postgres:')) return Promise.resolve(path);
  const standIn = standIns.get(path) ?? migratedDatabase();
  standIns.set(path, standIn);
  return standIn;
}

/** The same configuration, on the engine that the suite runs on. */
export const onEngine = async (config: Config): Promise<Config> => ({
  ...config,
  databaseUrl: await databaseAt(config.databaseUrl),
});
