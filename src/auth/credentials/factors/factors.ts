import { firstRow } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Ground } from '../../../trail/ground.ts';
import { credentialErrors } from '../errors.ts';
import { factorGuessesTables, knownDeviceTables } from '../guesses/guesses.entity.ts';
import { type Holder, holderColumn, tableOf, type Whose } from '../holders.ts';
import { pendingTables } from '../signing-in/pending.entity.ts';
import { type Passkey, passkeyTables, recoveryCodeTables, type Totp, totpTables } from './factors.entity.ts';
import type { Enrolment } from './proof.ts';
import { newRecoveryCodes, recoveryCodesLeft } from './recovery-codes.ts';

export interface Factors {
  totp: Pick<Totp, 'createdAt'> | null;
  passkeys: Passkey[];
}

/** The second factors that somebody has. */
export async function factorsOf(on: Reader, { kind, id: holderId }: Whose): Promise<Factors> {
  const totp = await on.findOneBy(totpTables[kind], { holderId });
  const passkeys = await on.find(passkeyTables[kind], { where: { holderId }, order: { createdAt: 'ASC' } });
  return { totp: totp && { createdAt: totp.createdAt }, passkeys };
}

/** Whether somebody has any, where that alone is asked. */
export async function holdsFactor(on: Reader, { kind, id }: Whose): Promise<boolean> {
  const holder = holderColumn(kind);
  const found = await firstRow(
    on,
    sql`SELECT 1 AS "one" FROM ${tableOf(totpTables[kind])} WHERE ${holder} = ${id}
        UNION ALL SELECT 1 FROM ${tableOf(passkeyTables[kind])} WHERE ${holder} = ${id} LIMIT 1`,
  );
  return found !== null;
}

export const hasFactor = ({ totp, passkeys }: Factors): boolean => totp !== null || passkeys.length > 0;

/**
 * Stores a factor, inside a unit of work.
 * @returns recovery codes to be shown once, when there were none; else nothing
 */
export async function storeFactor(ground: Ground, m: Writer, holder: Holder, enrolment: Enrolment): Promise<string[]> {
  await enrolment.store(m);
  await holder.tell?.(ground, m, enrolment.eventName === 'EnableTotp' ? 'totpSet' : 'passkeyAdded');
  return (await recoveryCodesLeft(m, holder)) > 0 ? [] : newRecoveryCodes(m, holder);
}

/**
 * Adds a factor to those of somebody who is in; one that does not prove itself leaves a refusal.
 * @returns as `storeFactor`
 * @throws what `enrol` throws
 */
export async function addFactor(
  ground: Ground,
  holder: Holder,
  eventName: Enrolment['eventName'],
  enrol: () => Promise<Enrolment>,
): Promise<string[]> {
  const action = holder.action(eventName);
  try {
    const enrolment = await enrol();
    return await ground.trail.perform(action, async (m) => ({
      result: await storeFactor(ground, m, holder, enrolment),
    }));
  } catch (error) {
    if (error instanceof CarillonError) ground.trail.refused(action, error);
    throw error;
  }
}

/** Makes new recovery codes in place of the old ones. @throws factor.none */
export function replaceRecoveryCodes(ground: Ground, holder: Holder): Promise<string[]> {
  return ground.trail.perform(holder.action('CreateRecoveryCodes'), async (m) => {
    if (!hasFactor(await factorsOf(m, holder))) throw credentialErrors('factor.none');
    await holder.tell?.(ground, m, 'recoveryCodesMade');
    return { result: await newRecoveryCodes(m, holder) };
  });
}

/** Takes the authenticator app away. @throws factor.notFound, factor.required */
export function removeTotp(ground: Ground, holder: Holder): Promise<void> {
  return ground.trail.perform(holder.action('DisableTotp'), async (m) => {
    const { totp, passkeys } = await factorsOf(m, holder);
    if (!totp) throw credentialErrors('factor.notFound');
    await m.delete(totpTables[holder.kind], { holderId: holder.id });
    await afterRemoval(m, holder, passkeys.length);
    await holder.tell?.(ground, m, 'totpRemoved');
    return { result: undefined };
  });
}

/** Takes a passkey away. @throws factor.notFound, factor.required */
export function removePasskey(ground: Ground, holder: Holder, passkeyId: string): Promise<void> {
  return ground.trail.perform(holder.action('DeletePasskey', { passkeyId: passkeyId.slice(0, 64) }), async (m) => {
    const { totp, passkeys } = await factorsOf(m, holder);
    const rest = passkeys.filter(({ id }) => id !== passkeyId);
    if (rest.length === passkeys.length) throw credentialErrors('factor.notFound');
    await m.delete(passkeyTables[holder.kind], { id: passkeyId, holderId: holder.id });
    await afterRemoval(m, holder, rest.length + (totp ? 1 : 0));
    await holder.tell?.(ground, m, 'passkeyRemoved');
    return { result: undefined };
  });
}

/** Recovery codes stand for a factor: without any they would be a second password that nobody looks after. */
async function afterRemoval(m: Writer, holder: Holder, left: number): Promise<void> {
  if (left > 0) return;
  if (await holder.requiresFactor(m)) throw credentialErrors('factor.required');
  await m.delete(recoveryCodeTables[holder.kind], { holderId: holder.id });
}

/** Takes away everything by which somebody could prove who they are, but the password. */
export async function forgetFactors(m: Writer, { kind, id: holderId }: Whose): Promise<void> {
  await m.delete(totpTables[kind], { holderId });
  await m.delete(passkeyTables[kind], { holderId });
  await m.delete(recoveryCodeTables[kind], { holderId });
  await m.delete(knownDeviceTables[kind], { holderId });
  await m.delete(factorGuessesTables[kind], { holderId });
  await m.delete(pendingTables[kind], { holderId });
}
