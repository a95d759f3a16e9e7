import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { SealPlace } from '../../../platform/secrets/seal.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Ground } from '../../../trail/ground.ts';
import { credentialErrors } from '../errors.ts';
import { type Holder, holderColumn, tableOf, type Whose } from '../holders.ts';
import { type Totp, totpSecrets, totpTables } from './factors.entity.ts';
import type { Enrolment, Proven } from './proof.ts';

/** One step before and one after the present one: clocks differ, and people type slowly. */
const toleranceSeconds = 30;
const offerMs = 3_600_000;

/** Where a holder's secret is sealed to. */
const secretPlace = ({ kind, id }: Whose): SealPlace => placeIn(totpSecrets[kind], id);

/** Where a secret stands that is offered and not stored yet. */
const offeredPlace = (whose: Whose): SealPlace => ({ ...secretPlace(whose), column: 'offered' });

/** Costs 40 ms to load, and most starts of the server never need it. */
const library = () => import('otplib/functional');

/** The step of the code, when it is of the present step or one beside it (RFC 6238 §5.2); else null. */
async function stepOf(secret: string, code: string): Promise<number | null> {
  if (!/^\d{6}$/.test(code)) return null;
  const { verify } = await library();
  const epoch = Math.floor(clock.now() / 1000);
  const result = await verify({ secret, token: code, epoch, epochTolerance: toleranceSeconds });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

export interface Offer {
  /** Base32, for those who type it. */
  secret: string;
  /** otpauth://, for those who scan it. */
  uri: string;
  /** The same secret, sealed for this holder: the form carries it, so that nothing is stored yet. */
  offered: string;
}

async function offerOf(ground: Ground, holder: Holder, secret: string, until: number): Promise<Offer> {
  const { generateURI } = await library();
  const uri = generateURI({ issuer: 'Carillon', label: holder.label, secret });
  const offered = ground.seal.seal(JSON.stringify({ secret, until }), offeredPlace(holder));
  return { secret, uri, offered };
}

/** A new secret for an authenticator app. */
export async function offerTotp(ground: Ground, holder: Holder): Promise<Offer> {
  const { generateSecret } = await library();
  return offerOf(ground, holder, generateSecret(), clock.now() + offerMs);
}

/** What a form brought back of an offer. @throws factor.offerStale */
function opened(ground: Ground, holder: Holder, offered: string): { secret: string; until: number } {
  try {
    const offer = JSON.parse(ground.seal.unseal(offered, offeredPlace(holder))) as {
      secret: string;
      until: number;
    };
    if (offer.until > clock.now()) return offer;
  } catch {
    // Not ours, or under a key that is gone.
  }
  throw credentialErrors('factor.offerStale');
}

/** The same offer once more, after a wrong code: what was scanned stays good. @throws factor.offerStale */
export async function offerAgain(ground: Ground, holder: Holder, offered: string): Promise<Offer> {
  const { secret, until } = opened(ground, holder, offered);
  return offerOf(ground, holder, secret, until);
}

/** An authenticator app that has shown by a first code that it has the secret. @throws factor.offerStale, .codeWrong */
export async function enrolTotp(ground: Ground, holder: Holder, offered: string, code: string): Promise<Enrolment> {
  const { secret } = opened(ground, holder, offered);
  const lastStep = await stepOf(secret, code.replaceAll(/\s/g, ''));
  if (lastStep === null) throw credentialErrors('factor.codeWrong', { field: 'code' });
  const row: Totp = {
    holderId: holder.id,
    organisationId: holder.organisationId,
    secret: ground.seal.seal(secret, secretPlace(holder)),
    lastStep,
    createdAt: clock.now(),
  };
  const table = totpTables[holder.kind];
  return {
    eventName: 'EnableTotp',
    amr: 'otp',
    store: async (m) => {
      await m.delete(table, { holderId: holder.id });
      await m.insert(table, row);
    },
  };
}

/** Whether a code is right; null when it is not. Spending it makes its step and all before unusable. */
export async function proveTotp(ground: Ground, holder: Whose, code: string): Promise<Proven | null> {
  const table = totpTables[holder.kind];
  const row = await ground.db.read.findOneBy(table, { holderId: holder.id });
  const step = row && (await stepOf(ground.seal.unseal(row.secret, secretPlace(holder)), code));
  if (!row || step === null || step <= row.lastStep) return null;
  return {
    by: 'totp',
    amr: 'otp',
    spend: async (m) => {
      const spent = await changed(
        m,
        sql`UPDATE ${tableOf(table)} SET "lastStep" = ${step} WHERE ${holderColumn(holder.kind)} = ${holder.id}
            AND "secret" = ${row.secret} AND "lastStep" < ${step} RETURNING "lastStep"`,
      );
      if (spent.length === 0) throw credentialErrors('factor.codeWrong', { field: 'code' });
    },
  };
}
