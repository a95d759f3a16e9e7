import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildHouse } from '../../app.ts';
import { backupErrors } from '../../platform/backup/format.ts';
import { restoreBackup } from '../../platform/backup/restore.ts';
import { tableNames } from '../../platform/backup/tables.ts';
import { writeBackup } from '../../platform/backup/write.ts';
import type { Config } from '../../platform/config/settings.ts';
import { isPostgres } from '../../platform/database/database.ts';
import { type Whole, wholeDatabase } from '../../platform/database/whole.ts';
import { copyKeyring, keyringPath, openKeyring, placeKeyring } from '../../platform/secrets/keyring.ts';
import { endWhatWasAlive, isInUse } from '../../storage/restored.ts';
import { storage } from '../../storage/storage.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { asCaller, closeSealed, refuseUnusable, withHouse } from '../frame/house.ts';

/** Writes a backup beside a server that may be running. */
export const backup = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, keyring: ring }) => {
    const path = resolve(call.required('file'));
    const keyring = call.value('keyring');
    if (keyring !== undefined) copyKeyring(ground.config.certsDir, resolve(keyring));
    const from = await wholeDatabase(ground.config.databaseUrl, storage);
    const written = await call.output.during('Writing', writeBackup(from, ring, path));
    await ground.trail.perform(
      { eventName: 'CreateBackup', organisationId: null, requestParameters: { file: path } },
      async () => ({ result: null, responseElements: { rows: written.rows } }),
    );
    const { tables, rows } = written;
    call.output.done({ file: path, tables, rows }, `${path} holds ${rows} rows of ${tables} tables.`);
  });

/** Restores a backup, and signs everybody out. */
export async function restore(call: Call): Promise<void> {
  const config = call.configuration();
  const path = resolve(call.required('file'));
  const replace = call.flag('replace');
  const keepSessions = call.flag('keepSessions');
  const database = await wholeDatabase(config.databaseUrl, storage);
  // Nobody is asked about what cannot be done; and looking makes no database.
  if (isPostgres(config.databaseUrl) || existsSync(config.databaseUrl)) {
    if (!replace && (await holdsAnInstallation(database).catch(refuseUnusable))) throw backupErrors('backup.notEmpty');
    await database.requireAlone().catch(refuseUnusable);
  }
  await confirm(call, [
    replace
      ? 'Everything that the database holds now will be deleted, and the backup will take its place.'
      : 'The backup will be restored.',
    keepSessions
      ? 'Whoever was signed in at the time of the backup will be signed in.'
      : 'Everybody will be signed out.',
  ]);
  const ring = keyringFor(call, config);
  const work = restoreBackup(database, storage, ring, path, {
    replace,
    isInUse,
    after: keepSessions ? async () => undefined : endWhatWasAlive,
  });
  const { head, rows } = await call.output.during('Restoring', work.catch(refuseUnusable));
  await tell(config, { file: path, madeAt: head.madeAt, replace, keepSessions });
  call.output.done({ file: path, madeAt: head.madeAt, rows }, `${rows} rows as of ${head.madeAt} are restored.`);
}

/** Whether --replace is needed. */
const holdsAnInstallation = (database: Whole): Promise<boolean> =>
  database.snapshot(async (runner) => isInUse(runner, await tableNames(runner)));

/** The first record of what was restored says so. */
async function tell(config: Config, requestParameters: Record<string, unknown>): Promise<void> {
  const house = await buildHouse(config);
  const action = { eventName: 'RestoreBackup', organisationId: null, requestParameters };
  try {
    await asCaller(() => house.ground.trail.perform(action, async () => ({ result: null })));
  } finally {
    await closeSealed(house);
  }
}

/** The keyring that the backup needs is there, or is put there; none is made, which could open nothing. */
function keyringFor(call: Call, { certsDir }: Config): ReturnType<typeof openKeyring> {
  const given = call.value('keyring');
  if (given !== undefined) placeKeyring(certsDir, resolve(given));
  if (!existsSync(keyringPath(certsDir))) throw backupErrors('backup.noKeys', { values: { folder: certsDir } });
  return openKeyring(certsDir);
}
