import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildHouse } from '../../app.ts';
import { backupErrors } from '../../platform/backup/format.ts';
import { restoreBackup } from '../../platform/backup/restore.ts';
import { writeBackup } from '../../platform/backup/write.ts';
import type { Config } from '../../platform/config/settings.ts';
import { wholeDatabase } from '../../platform/database/whole.ts';
import { copyKeyring, keyringPath, openKeyring, placeKeyring } from '../../platform/secrets/keyring.ts';
import { createSeal } from '../../platform/secrets/seal.ts';
import { endWhatWasAlive, isInUse } from '../../storage/restored.ts';
import { storage } from '../../storage/storage.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { asCaller, refuseUnusable, withHouse } from '../frame/house.ts';

/** Writes a backup beside a server that may be running. */
export const backup = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const path = resolve(call.required('file'));
    const keyring = call.value('keyring');
    if (keyring !== undefined) copyKeyring(ground.config.certsDir, resolve(keyring));
    const from = await wholeDatabase(ground.config.databaseUrl, storage);
    const written = await call.output.during('Writing', writeBackup(from, ground.seal, path));
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
  await confirm(call, [
    replace
      ? 'Everything that the database holds now is deleted, and the backup takes its place.'
      : 'The backup is restored.',
    keepSessions ? 'Whoever was signed in at the time of the backup is signed in.' : 'Everybody is signed out.',
  ]);
  const seal = createSeal(keyringFor(call, config));
  const database = await wholeDatabase(config.databaseUrl, storage);
  const work = restoreBackup(database, storage, seal, path, {
    replace,
    isInUse,
    after: keepSessions ? async () => undefined : endWhatWasAlive,
  });
  const { head, rows } = await call.output.during('Restoring', work.catch(refuseUnusable));
  await tell(config, { file: path, madeAt: head.madeAt, replace, keepSessions });
  call.output.done({ file: path, madeAt: head.madeAt, rows }, `${rows} rows as of ${head.madeAt} are restored.`);
}

/** The first record of what was restored says so. */
async function tell(config: Config, requestParameters: Record<string, unknown>): Promise<void> {
  const house = await buildHouse(config);
  const action = { eventName: 'RestoreBackup', organisationId: null, requestParameters };
  try {
    await asCaller(() => house.ground.trail.perform(action, async () => ({ result: null })));
  } finally {
    await house.close();
  }
}

/** The keyring that the backup needs is there, or is put there; none is made, which could open nothing. */
function keyringFor(call: Call, { certsDir }: Config): ReturnType<typeof openKeyring> {
  const given = call.value('keyring');
  if (given !== undefined) placeKeyring(certsDir, resolve(given));
  if (!existsSync(keyringPath(certsDir))) throw backupErrors('backup.otherKeys');
  return openKeyring(certsDir);
}
