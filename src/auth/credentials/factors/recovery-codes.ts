import { randomBytes } from 'node:crypto';
import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import { credentialErrors } from '../errors.ts';
import { type Holder, holderColumn, tableOf, type Whose } from '../holders.ts';
import { recoveryCodeTables } from './factors.entity.ts';
import type { Proven } from './proof.ts';

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
const hashOf = (holderId: string, code: string): string => hashToken(`${holderId}:${plain(code)}`);

/** Whether somebody may have meant a recovery code, not the six digits of an app. */
export const looksLikeRecoveryCode = (code: string): boolean => plain(code).length === characters;

/** Makes ten codes in place of all that were. @returns them, to be shown once */
export async function newRecoveryCodes(m: Writer, { kind, id, organisationId }: Holder): Promise<string[]> {
  const table = recoveryCodeTables[kind];
  const codes = Array.from({ length: codesAtOnce }, newCode);
  await m.delete(table, { holderId: id });
  for (const code of codes) {
    const codeHash = hashOf(id, code);
    await m.insert(table, { holderId: id, codeHash, organisationId, createdAt: clock.now(), usedAt: null });
  }
  return codes;
}

/** How many are left. */
export async function recoveryCodesLeft(on: Reader, { kind, id }: Whose): Promise<number> {
  const all = await on.findBy(recoveryCodeTables[kind], { holderId: id });
  return all.filter(({ usedAt }) => usedAt === null).length;
}

/** Whether a code is right and unused; null when it is not. */
export async function proveRecoveryCode(on: Reader, { kind, id }: Whose, code: string): Promise<Proven | null> {
  const codeHash = hashOf(id, code);
  const table = recoveryCodeTables[kind];
  const found = await on.findOneBy(table, { holderId: id, codeHash });
  if (!found || found.usedAt !== null) return null;
  return {
    by: 'recoveryCode',
    amr: 'otp',
    spend: async (m) => {
      const spent = await changed(
        m,
        sql`UPDATE ${tableOf(table)} SET "usedAt" = ${clock.now()} WHERE ${holderColumn(kind)} = ${id}
            AND "codeHash" = ${codeHash} AND "usedAt" IS NULL RETURNING "codeHash"`,
      );
      if (spent.length === 0) throw credentialErrors('factor.codeWrong', { field: 'code' });
    },
  };
}
