import type { Pool } from 'pg';
import { errors } from '../../errors/errors.ts';

const refuse = errors({
  'database.tooOld': {
    kind: 'ServiceFailure',
    text: 'The PostgreSQL server is of version {version}. Carillon needs 15 or newer.',
  },
  'database.encoding': {
    kind: 'ServiceFailure',
    text: 'The database is encoded in {encoding}. Carillon needs one that was created with the encoding UTF8.',
  },
  'database.durability': {
    kind: 'ServiceFailure',
    text: 'The PostgreSQL server has {setting} off: what was acknowledged could be lost. Turn it on for this database.',
  },
});

/**
 * What must hold of the server before anything is written to it.
 * @throws database.tooOld, database.encoding, database.durability
 */
export async function requireServer(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ number: string; version: string; encoding: string; commits: string }>(
    `SELECT current_setting('server_version_num') AS "number", current_setting('server_version') AS "version",
       current_setting('server_encoding') AS "encoding", current_setting('synchronous_commit') AS "commits"`,
  );
  const { number, version, encoding, commits } = rows[0]!;
  if (Number(number) < 150_000) throw refuse('database.tooOld', { values: { version } });
  if (encoding !== 'UTF8') throw refuse('database.encoding', { values: { encoding } });
  if (commits === 'off') throw refuse('database.durability', { values: { setting: 'synchronous_commit' } });
}
