import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Ground } from '../../../trail/ground.ts';
import { accessErrors } from '../../errors.ts';
import { OrganisationTable } from '../../../accounts/organisations/organisation.entity.ts';
import { ownAction } from '../own-action.ts';
import { FactorGuessesTable, KnownDeviceTable } from '../guesses/guesses.entity.ts';
import { PendingSignInTable } from '../signing-in/pending.entity.ts';
import { type Passkey, PasskeyTable, RecoveryCodeTable, type Totp, TotpTable } from './factors.entity.ts';
import type { Enrolment } from './proof.ts';
import { newRecoveryCodes, recoveryCodesLeft } from './recovery-codes.ts';
import type { Holder } from './totp.ts';

export interface Factors {
  totp: Pick<Totp, 'createdAt'> | null;
  passkeys: Passkey[];
}

/** The second factors that an administrator has. */
export async function factorsOf(on: Reader, administratorId: string): Promise<Factors> {
  const totp = await on.findOneBy(TotpTable, { administratorId });
  const passkeys = await on.find(PasskeyTable, { where: { administratorId }, order: { createdAt: 'ASC' } });
  return { totp: totp && { createdAt: totp.createdAt }, passkeys };
}

export const hasFactor = ({ totp, passkeys }: Factors): boolean => totp !== null || passkeys.length > 0;

/**
 * Stores a factor, inside a unit of work.
 * @returns recovery codes to be shown once, when there were none; else nothing
 */
export async function storeFactor(m: Writer, holder: Holder, enrolment: Enrolment): Promise<string[]> {
  await enrolment.store(m);
  return (await recoveryCodesLeft(m, holder.id)) > 0 ? [] : newRecoveryCodes(m, holder);
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
  const action = ownAction(eventName, holder);
  try {
    const enrolment = await enrol();
    return await ground.trail.perform(action, async (m) => ({ result: await storeFactor(m, holder, enrolment) }));
  } catch (error) {
    if (error instanceof CarillonError) ground.trail.refused(action, error);
    throw error;
  }
}

/** Makes new recovery codes in place of the old ones. @throws factor.none */
export function replaceRecoveryCodes(ground: Ground, holder: Holder): Promise<string[]> {
  return ground.trail.perform(ownAction('CreateRecoveryCodes', holder), async (m) => {
    if (!hasFactor(await factorsOf(m, holder.id))) throw accessErrors('factor.none');
    return { result: await newRecoveryCodes(m, holder) };
  });
}

/** Takes the authenticator app away. @throws factor.notFound, factor.required */
export function removeTotp(ground: Ground, holder: Holder): Promise<void> {
  return ground.trail.perform(ownAction('DisableTotp', holder), async (m) => {
    const { totp, passkeys } = await factorsOf(m, holder.id);
    if (!totp) throw accessErrors('factor.notFound');
    await m.delete(TotpTable, { administratorId: holder.id });
    await afterRemoval(m, holder, passkeys.length);
    return { result: undefined };
  });
}

/** Takes a passkey away. @throws factor.notFound, factor.required */
export function removePasskey(ground: Ground, holder: Holder, passkeyId: string): Promise<void> {
  return ground.trail.perform(ownAction('DeletePasskey', holder, { passkeyId: passkeyId.slice(0, 64) }), async (m) => {
    const { totp, passkeys } = await factorsOf(m, holder.id);
    const rest = passkeys.filter(({ id }) => id !== passkeyId);
    if (rest.length === passkeys.length) throw accessErrors('factor.notFound');
    await m.delete(PasskeyTable, { id: passkeyId, administratorId: holder.id });
    await afterRemoval(m, holder, rest.length + (totp ? 1 : 0));
    return { result: undefined };
  });
}

/** Recovery codes stand for a factor: without any they would be a second password that nobody looks after. */
async function afterRemoval(m: Writer, holder: Holder, left: number): Promise<void> {
  if (left > 0) return;
  const organisation = await m.findOneBy(OrganisationTable, { id: holder.organisationId });
  if (organisation?.secondFactorSince != null) throw accessErrors('factor.required');
  await m.delete(RecoveryCodeTable, { administratorId: holder.id });
}

/** Takes away everything by which an administrator could prove who they are, but the password. */
export async function forgetFactors(m: Writer, administratorId: string): Promise<void> {
  for (const table of [
    TotpTable,
    PasskeyTable,
    RecoveryCodeTable,
    KnownDeviceTable,
    FactorGuessesTable,
    PendingSignInTable,
  ]) {
    await m.delete(table, { administratorId });
  }
}
