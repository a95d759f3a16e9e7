import { clock } from '../clock/clock.ts';
import type { Config } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import { insertRow } from '../database/insert.ts';
import { changed, firstRow, rows } from '../database/run.ts';
import { list, sql } from '../database/sql.ts';
import type { Writer } from '../database/unit.ts';
import { newId } from '../ids/ids.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Seal } from '../secrets/seal.ts';
import { placeIn } from '../secrets/sealed.ts';
import { mailboxOf } from './address.ts';
import { mailErrors } from './errors.ts';
import type { Letter } from './letter.ts';
import { type Mail, mailBody, MailTable } from './mail.entity.ts';
import { canSendMail } from './settings.ts';

export interface MailGround {
  config: Pick<Config, 'smtpUrl' | 'mailFrom' | 'publicUrl'>;
  db: Database;
  outbox: Outbox;
  seal: Seal;
}

/** A mail to be sent. */
export interface Posted extends Pick<Mail, 'kind' | 'organisationId' | 'accountId' | 'aboutId' | 'expiresAt'> {
  to: string;
  letter: Letter;
  /** Asked for by somebody who has not signed in: it is refused while others still may post. */
  anybodys?: boolean;
}

/** There is something to send; the subject is the mail's id. */
export const mailDueTopic = 'mail.due';

/** More do not wait: a flood must not fill the disk. */
const mostWaiting = 10_000;
/** So many wait for whatever anybody asks for: the rest is left to what people who are in cause. */
const mostForAnybody = 5_000;

/**
 * Posts a mail, in the unit of what causes it: it is sent after the commit, and what became of it is told to the
 * handler of its kind.
 * @returns NotSent where no server is configured: then nothing is written, and nobody is told
 * @throws mail.addressInvalid, mail.tooMany
 */
export async function post(ground: MailGround, m: Writer, posted: Posted): Promise<'Queued' | 'NotSent'> {
  const { to, letter, anybodys = false, ...about } = posted;
  if (mailboxOf(to) === null) throw mailErrors('mail.addressInvalid', { field: 'email' });
  if (!canSendMail(ground.config)) return 'NotSent';
  const most = anybodys ? mostForAnybody : mostWaiting;
  if (await firstRow(m, sql`SELECT "id" FROM "mails" ORDER BY "id" LIMIT 1 OFFSET ${most - 1}`)) {
    throw mailErrors('mail.tooMany', { retryAfter: 300 });
  }
  const id = newId();
  const now = clock.now();
  await insertRow(m, MailTable, {
    ...about,
    id,
    body: ground.seal.seal(JSON.stringify({ to, letter }), placeIn(mailBody, id)),
    state: 'ready',
    claimedUntil: null,
    attempts: 0,
    createdAt: now,
    notBefore: now,
    lastError: null,
  });
  ground.outbox.announce(mailDueTopic, id);
  return 'Queued';
}

/** Deletes what is of no use any more, also where no server takes mails. @returns what was deleted */
export const sweepMails = (m: Writer): Promise<Mail[]> =>
  changed<Mail>(
    m,
    sql`DELETE FROM "mails" WHERE "expiresAt" < ${clock.now()}
        AND ("state" = 'ready' OR "claimedUntil" < ${clock.now()}) RETURNING *`,
  );

/** What waits to be sent about these goes with them: people who are erased, invitations that are revoked. */
export async function forgetMails(m: Writer, aboutIds: readonly string[]): Promise<void> {
  if (aboutIds.length > 0) await rows(m, sql`DELETE FROM "mails" WHERE "aboutId" IN (${list(aboutIds)})`);
}
