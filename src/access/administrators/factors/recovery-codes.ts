import { randomBytes } from 'node:crypto';
import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import { accessErrors } from '../../errors.ts';
import { RecoveryCodeTable } from './factors.entity.ts';
import type { Proven } from './proof.ts';
import type { Holder } from './totp.ts';

export const codesAtOnce = 10;
/** Letters and digits that are not mistaken for each other when they are copied from paper. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz023456789';
const characters = 16;

/** 80 bits, which nobody can guess: a plain hash is enough. */
const newCode = (): string =>
  Array.from(randomBytes(characters), (byte) => alphabet[byte % alphabet.length])
    .join('')
    .replaceAll(/(.{4})(?=.)/g, '$1-');

const plain = (code: string): string => code.toLowerCase().replaceAll(/[\s-]/g, '');
const hashOf = (administratorId: string, code: string): string => hashToken(`${administratorId}:${plain(code)}`);

/** Whether somebody may have meant a recovery code, not the six digits of an app. */
export const looksLikeRecoveryCode = (code: string): boolean => plain(code).length === characters;

/** Makes ten codes in place of all that were. @returns them, to be shown once */
export async function newRecoveryCodes(m: Writer, { id, organisationId }: Holder): Promise<string[]> {
  const codes = Array.from({ length: codesAtOnce }, newCode);
  await m.delete(RecoveryCodeTable, { administratorId: id });
  for (const code of codes) {
    const codeHash = hashOf(id, code);
    await m.insert(RecoveryCodeTable, {
      administratorId: id,
      codeHash,
      organisationId,
      createdAt: clock.now(),
      usedAt: null,
    });
  }
  return codes;
}

/** How many are left. */
export async function recoveryCodesLeft(on: Reader, administratorId: string): Promise<number> {
  const all = await on.findBy(RecoveryCodeTable, { administratorId });
  return all.filter(({ usedAt }) => usedAt === null).length;
}

/** Whether a code is right and unused; null when it is not. */
export async function proveRecoveryCode(on: Reader, { id }: Holder, code: string): Promise<Proven | null> {
  const codeHash = hashOf(id, code);
  const found = await on.findOneBy(RecoveryCodeTable, { administratorId: id, codeHash });
  if (!found || found.usedAt !== null) return null;
  return {
    by: 'recoveryCode',
    spend: async (m) => {
      const spent = await changed(
        m,
        sql`UPDATE "recovery_codes" SET "usedAt" = ${clock.now()} WHERE "administratorId" = ${id}
            AND "codeHash" = ${codeHash} AND "usedAt" IS NULL RETURNING "codeHash"`,
      );
      if (spent.length === 0) throw accessErrors('factor.codeWrong', { field: 'code' });
    },
  };
}
