import { sealedColumns } from '../../storage/storage.ts';
import { retireKeys, rotateSecrets } from '../../storage/secrets/rotate.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { type Exit, exits } from '../frame/exit.ts';
import { withHouse } from '../frame/house.ts';

export const rotate = (call: Call): Promise<Exit | void> => (call.flag('retire') ? retire(call) : renew(call));

const renew = (call: Call): Promise<Exit | void> =>
  withHouse(call, async ({ ground, keyring }) => {
    const work = rotateSecrets(ground, keyring, sealedColumns);
    const { keyId, resumed, count, failed } = await call.output.during('Sealing every secret anew', work);
    const begun = resumed ? 'What was left undone is done' : `The new key is ${keyId}`;
    call.output.done(
      { keyId, resumed, resealed: count, unreadable: failed },
      `${begun}; ${count} ${count === 1 ? 'secret was' : 'secrets were'} sealed by it.`,
    );
    if (failed.length === 0) return exits.done;
    for (const place of failed) call.output.talk(`Cannot be opened by any key, and stays as it is: ${place}`);
    return exits.refused;
  });

const retire = (call: Call): Promise<Exit | void> =>
  withHouse(call, async ({ ground }) => {
    await confirm(call, [
      'Older sealing keys by which nothing is sealed any more will be taken away.',
      'Backups of the database from before the last rotation can then be opened only with a backup of the keyring.',
    ]);
    const { retired, needed } = await retireKeys(ground, sealedColumns);
    const gone = retired.length === 0 ? 'No key was taken away.' : `Taken away: ${retired.join(', ')}.`;
    call.output.done({ retired, needed }, gone);
    if (needed.length === 0) return exits.done;
    call.output.talk(`Still needed: ${needed.join(', ')}. Seal everything anew first: carillon secrets rotate`);
    return exits.refused;
  });
