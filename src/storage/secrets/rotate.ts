import { clock } from '../../platform/clock/clock.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { secretsError } from '../../platform/secrets/errors.ts';
import { addSealingKey, type Keyring, olderSealingKeys, removeSealingKeys } from '../../platform/secrets/keyring.ts';
import type { SealedColumn } from '../../platform/secrets/sealed.ts';
import type { Ground } from '../../trail/ground.ts';
import { anySealedBy, anySealedOtherwise, type Resealed, resealColumn } from './reseal.ts';

/** A server that runs has taken up the new key long before; what it had begun under the old one has ended. */
const settledMs = 60_000;

interface Rotation extends Resealed {
  keyId: string;
  /** Whether this went on with what an earlier call did not end, instead of making a key. */
  resumed: boolean;
}

/**
 * Gives the keyring a new current key and seals everything by it. What an earlier call left unfinished is finished
 * first, with the key that it made: told from what is stored, so a crash at any point loses nothing. Works beside a
 * running server, which takes the new key up by itself.
 * @param columns every sealed column there is
 */
export async function rotateSecrets(
  ground: Ground,
  keyring: Keyring,
  columns: readonly SealedColumn[],
): Promise<Rotation> {
  const { keyId, resumed } = await ground.trail.perform(
    { eventName: 'RotateSecrets', organisationId: null },
    async (m) => {
      await lock(m);
      const resumes = await anySealedOtherwise(m, columns, keyring.current);
      const current = resumes ? keyring.current : addSealingKey(ground.config.certsDir);
      if (!resumes) await rows(m, sql`UPDATE "keyring_changes" SET "keyId" = ${current}, "changedAt" = ${clock.now()}`);
      return { result: { keyId: current, resumed: resumes }, responseElements: { keyId: current, resumed: resumes } };
    },
  );
  const total: Resealed = { count: 0, failed: [] };
  for (;;) {
    // Again until a pass finds nothing: a unit of a running server may have sealed by the old key until it was committed.
    const pass: Resealed = { count: 0, failed: [] };
    for (const column of columns) {
      const { count, failed } = await resealColumn(ground, column, keyId);
      pass.count += count;
      pass.failed.push(...failed);
    }
    total.count += pass.count;
    total.failed = pass.failed;
    if (pass.count === 0) return { keyId, resumed, ...total };
  }
}

/**
 * Takes the older keys by which nothing is sealed any more out of the keyring.
 * @returns the keys that went, and those that are still needed
 * @throws secrets.retireTooSoon
 */
export function retireKeys(
  ground: Ground,
  columns: readonly SealedColumn[],
): Promise<{ retired: string[]; needed: string[] }> {
  return ground.trail.perform({ eventName: 'RetireSecretKeys', organisationId: null }, async (m) => {
    const { changedAt } = await lock(m);
    if (clock.now() - changedAt < settledMs) throw secretsError('secrets.retireTooSoon');
    const result: { retired: string[]; needed: string[] } = { retired: [], needed: [] };
    for (const id of olderSealingKeys(ground.config.certsDir)) {
      result[(await anySealedBy(m, columns, id)) ? 'needed' : 'retired'].push(id);
    }
    if (result.retired.length > 0) removeSealingKeys(ground.config.certsDir, result.retired);
    return { result, responseElements: { ...result } };
  });
}

/** Lets one at a time change the keyring: the row is held until this unit is committed. */
async function lock(m: Writer): Promise<{ changedAt: number }> {
  await rows(
    m,
    sql`INSERT INTO "keyring_changes" ("id", "keyId", "changedAt") VALUES ('keyring', '', ${0})
        ON CONFLICT ("id") DO UPDATE SET "id" = 'keyring'`,
  );
  const row = await firstRow<{ changedAt: number | string }>(m, sql`SELECT "changedAt" FROM "keyring_changes"`);
  return { changedAt: Number(row?.changedAt ?? 0) };
}
