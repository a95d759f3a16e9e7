import type { Config } from '../../platform/config/settings.ts';
import type { Inspected } from '../../platform/database/inspect.ts';
import { openKeyringIfThere } from '../../platform/secrets/keyring.ts';
import type { SealedColumn } from '../../platform/secrets/sealed.ts';
import { misfitsOf, type Sample, sampleSealed } from '../../storage/secrets/fitting.ts';
import { sealedColumns } from '../../storage/storage.ts';
import { fail, type Finding, named, ok } from './finding.ts';

const putBack =
  'Put the right one back there, or let CERTS_DIR name the folder that it is in: carillon does not start without. If it is lost: docs/operations/keys.md.';

/** Whether the keyring is the one by which what the database holds was sealed. */
export async function lookAtSealed({ certsDir }: Config, { engine, read, missing }: Inspected): Promise<Finding[]> {
  const samples: Sample[] = [];
  if (missing.length === 0) samples.push(...(await sampleSealed(read, sealedColumns)));
  // Of an older schema some tables may not be there.
  else for (const column of sealedColumns) samples.push(...(await ofOlder(read, column)));
  const keyring = openKeyringIfThere(certsDir);
  if (!keyring) return withoutKeyring(certsDir, samples.length > 0, engine === 'sqlite');
  const misfits = misfitsOf(keyring, samples);
  const foreign = misfits.flatMap((misfit) => (misfit.kind === 'foreign' ? [misfit.keyId] : []));
  if (foreign.length > 0) {
    const found = `The keyring in ${certsDir} is not the one of this database: it does not open what ${named(foreign)} sealed.`;
    return [fail(found, putBack)];
  }
  const altered = misfits.flatMap((misfit) =>
    misfit.kind === 'altered'
      ? [`${misfit.sample.column.table}.${misfit.sample.column.column} of ${misfit.sample.row}`]
      : [],
  );
  if (altered.length > 0) {
    const mend = 'They were altered in the database. Restore them from a backup, or set them anew.';
    return [fail(`Stored secrets cannot be opened: ${named(altered)}.`, mend)];
  }
  return samples.length > 0 ? [ok('The keyring opens what the database holds.')] : [];
}

function withoutKeyring(certsDir: string, isNeeded: boolean, isSaid: boolean): Finding[] {
  if (isSaid) return []; // beside a file of SQLite, by the look at the folder
  return isNeeded
    ? [fail(`The database holds secrets, and there is no keyring in ${certsDir} that opens them.`, putBack)]
    : [ok('There is no keyring yet: the first start makes it.')];
}

const ofOlder = (read: Inspected['read'], column: SealedColumn): Promise<Sample[]> =>
  sampleSealed(read, [column]).catch((): Sample[] => []);
