import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { buildHouse, type House } from '../../app.ts';
import type { Config } from '../../platform/config/settings.ts';
import { withContext } from '../../platform/context/context.ts';
import { isPostgres } from '../../platform/database/database.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { newId } from '../../platform/ids/ids.ts';
import { Sealer } from '../../trail/seals/sealer.ts';
import type { Call } from './command.ts';
import { cliErrors } from './errors.ts';

/** Whoever called the command, as the trail names them. */
export function callerName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // a container may run as a user that no file names
  }
}

/**
 * Builds the house for one command, beside a server that may be running, which notices its commits. The trail names
 * whoever called it.
 * @throws config.faults, cli.noDatabase, cli.unusable; whatever `work` throws
 */
export async function withHouse<T>(call: Call, work: (house: House) => Promise<T>): Promise<T> {
  const config = call.configuration();
  requireDatabase(config);
  const house = await buildHouse(config).catch(refuseUnusable);
  try {
    return await asCaller(() => work(house));
  } catch (error) {
    if (!(error instanceof CarillonError)) house.ground.log.error({ error }, 'a command failed');
    throw error;
  } finally {
    await closeSealed(house);
  }
}

/**
 * Closes a command's house with its records in the trail's chain: a server that would chain them may not run for long.
 * For a second at most; whatever waits then, or cannot be chained, is left to the server.
 */
export async function closeSealed(house: House): Promise<void> {
  const { ground } = house;
  try {
    await ground.trail.flush();
    await new Sealer(ground).turn();
  } catch (error) {
    ground.log.warn({ error }, 'a command left its records to be sealed by the server');
  } finally {
    await house.close();
  }
}

/** Runs what the trail shall tell of whoever called the command. */
export function asCaller<T>(work: () => Promise<T>): Promise<T> {
  const identity = { type: 'CommandLine' as const, principalId: callerName() };
  return withContext({ requestId: newId(), clientAddress: 'command line', userAgent: 'carillon', identity }, work);
}

/** A command finds a database, and makes none: in the wrong folder it would answer from an empty one. */
function requireDatabase({ databaseUrl }: Config): void {
  if (!isPostgres(databaseUrl) && !existsSync(databaseUrl))
    throw cliErrors('cli.noDatabase', { values: { path: databaseUrl } });
}

/** The system's and the engine's errors have codes, and say what they could not open. */
export function refuseUnusable(error: unknown): never {
  if (error instanceof CarillonError) throw error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string') throw error as Error;
  throw cliErrors('cli.unusable', { values: { why: whyOf(code, String(message)) }, cause: error });
}

const reasons: Record<string, string> = {
  EACCES: 'this user may not open it',
  EPERM: 'it belongs to another user',
  EEXIST: 'it is no folder',
  ENOTDIR: 'it is no folder',
  EROFS: 'it stands on a file system that cannot be written',
  ENOSPC: 'the disk is full',
  SQLITE_CANTOPEN: 'the database cannot be opened by this user',
  SQLITE_READONLY: 'this user may not write the database',
  SQLITE_NOTADB: 'the file is no database of SQLite',
  SQLITE_CORRUPT: 'the database is damaged',
  SQLITE_FULL: 'the disk is full',
  SQLITE_BUSY: 'another process holds the database',
  ECONNREFUSED: 'the database server does not answer',
  ENOTFOUND: 'the database server’s name is not known',
  ETIMEDOUT: 'the database server does not answer',
  '28P01': 'the database server refuses the user or the password',
  '28000': 'the database server refuses the user',
  '3D000': 'the database server has no such database',
  '53300': 'the database server has too many connections',
};

function whyOf(code: string, message: string): string {
  const path = /'([^']+)'$/.exec(message)?.[1];
  const known = reasons[code] ?? Object.entries(reasons).find(([name]) => code.startsWith(`${name}_`))?.[1];
  return [path, known ?? code].filter(Boolean).join(': ');
}
