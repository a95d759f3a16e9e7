/** What an engine's refusal means, in terms that both engines share; null for what nobody foresees. */
export type Fault = 'unique' | 'value' | 'again' | 'away';

const uniques = new Set(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);
/** Text that is too long for its column or its index, or has a character that no text may have (NUL). */
const values = new Set(['22001', '22021', '22P05', '54000']);
/** The transaction was undone for the sake of others, and may succeed when it is run again. */
const transient = new Set(['40001', '40P01']);
/** The server is going, gone, or cannot take anybody in; or somebody else holds for too long what is needed. */
const gone =
  /^(08...|57P0[1235]|57014|55P03|53300|ECONN(REFUSED|RESET)|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)$/;
const goneWords =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Reads an error of either engine, as it is thrown or as TypeORM wraps it. */
export function faultOf(error: unknown): Fault | null {
  const { code, message, driverError } = (error ?? {}) as { code?: unknown; message?: unknown; driverError?: unknown };
  if (driverError !== undefined && driverError !== error) return faultOf(driverError);
  const known = typeof code === 'string' ? code : '';
  if (uniques.has(known)) return 'unique';
  if (values.has(known)) return 'value';
  if (transient.has(known) || isStalePlan(error)) return 'again';
  if (gone.test(known) || goneWords.test(String(message))) return 'away';
  return null;
}

/** A statement was prepared before somebody else migrated the schema. */
export function isStalePlan(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '0A000' && String(message).includes('cached plan');
}
