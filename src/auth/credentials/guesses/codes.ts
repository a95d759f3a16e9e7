import { clock } from '../../../platform/clock/clock.ts';
import { changed, rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { credentialErrors } from '../errors.ts';
import { type Holder, holderColumn, tableOf, type Whose } from '../holders.ts';
import { factorGuessesTables } from './guesses.entity.ts';

const dayMs = 86_400_000;
/** Three codes of a million are right at any time: ten a day are right once in about ninety years. */
const guessesADay = 10;
const elsewhere = 'elsewhere';

/**
 * Takes one of the day's guesses at somebody's six digits, before the code is looked at, so that guesses at the same
 * time count too. A known device has its own ten: whoever guesses elsewhere cannot use them up. Kept in the database: a
 * restart gives nobody new ones.
 * @param device what stands for a known device, or null
 * @throws factor.tooManyCodes
 */
export async function takeCodeGuess(
  m: Writer,
  { kind, id, organisationId }: Holder,
  device: string | null,
): Promise<void> {
  const now = clock.now();
  const over = now - dayMs;
  const source = device ?? elsewhere;
  const entity = factorGuessesTables[kind];
  const [table, holder] = [tableOf(entity), holderColumn(kind)];
  const taken = await changed(
    m,
    sql`INSERT INTO ${table} (${holder}, "source", "organisationId", "windowAt", "guesses")
        VALUES (${id}, ${source}, ${organisationId}, ${now}, 1)
        ON CONFLICT (${holder}, "source") DO UPDATE SET
          "guesses" = CASE WHEN ${table}."windowAt" <= ${over} THEN 1 ELSE ${table}."guesses" + 1 END,
          "windowAt" = CASE WHEN ${table}."windowAt" <= ${over} THEN ${now} ELSE ${table}."windowAt" END
        WHERE ${table}."windowAt" <= ${over} OR ${table}."guesses" < ${guessesADay}
        RETURNING "guesses"`,
  );
  if (taken.length > 0) return;
  const row = await m.findOneBy(entity, { holderId: id, source });
  const retryAfter = Math.max(1, Math.ceil(((row?.windowAt ?? now) + dayMs - now) / 1000));
  throw credentialErrors('factor.tooManyCodes', { field: 'code', retryAfter });
}

/** Gives the guess back that turned out right. */
export async function returnCodeGuess(m: Writer, { kind, id }: Whose, device: string | null): Promise<void> {
  await rows(
    m,
    sql`UPDATE ${tableOf(factorGuessesTables[kind])} SET "guesses" = "guesses" - 1
        WHERE ${holderColumn(kind)} = ${id} AND "source" = ${device ?? elsewhere} AND "guesses" > 0`,
  );
}

/** Wrong codes of the last day: each came after the right password, so the owner should know. */
export async function wrongCodes(on: Reader, { kind, id }: Whose): Promise<number> {
  const all = await on.findBy(factorGuessesTables[kind], { holderId: id });
  const over = clock.now() - dayMs;
  return all.filter(({ windowAt }) => windowAt > over).reduce((sum, { guesses }) => sum + guesses, 0);
}
