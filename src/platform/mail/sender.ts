import { clock } from '../clock/clock.ts';
import type { Log } from '../log/log.ts';
import { placeIn } from '../secrets/sealed.ts';
import { mailboxOf } from './address.ts';
import { type Letter, renderLetter } from './letter.ts';
import { type Mail, mailBody } from './mail.entity.ts';
import { mailDueTopic, type MailGround } from './post.ts';
import { type FateHandler, MailQueue } from './queue.ts';
import { mailSender, smtpServer } from './settings.ts';
import { createSmtp, MailRefused, type Smtp } from './smtp.ts';

/** For what was put off, or posted by another process. */
const lookMs = 1_000;
/** A server that cannot be reached is left alone so long, longer each time. */
const firstRestMs = 5_000;
const longestRestMs = 300_000;

/** Sends what waits, a few at a time, in every process that serves; without a server it does nothing. */
export class MailSender {
  readonly #ground: MailGround & { log: Log };
  readonly #queue: MailQueue;
  readonly #smtp: Smtp | null;
  readonly #timer: NodeJS.Timeout;
  readonly #deaf: () => void;
  #working: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  /** Attempts in a row that the server could not be used for. */
  #failures = 0;
  #restUntil = 0;

  /** @param handlers kind → who is told what became of a mail */
  constructor(ground: MailGround & { log: Log }, handlers: ReadonlyMap<string, FateHandler>) {
    this.#ground = ground;
    this.#queue = new MailQueue(ground, handlers);
    const server = smtpServer(ground.config);
    this.#smtp = server && createSmtp(server);
    if (!server) ground.log.warn({}, 'mail: SMTP_URL is not set, so no mail is sent');
    this.#deaf = ground.outbox.listen(({ topic }) => topic === mailDueTopic && this.wake());
    this.#timer = setInterval(() => this.wake(), lookMs);
    this.wake();
  }

  /** Looks for what is due. */
  wake(): void {
    if (this.#stopped || !this.#smtp) return;
    this.#again = true;
    this.#working ??= this.#work(this.#smtp).finally(() => {
      this.#working = null;
      if (this.#again) this.wake();
    });
  }

  /** Ends after the mails in hand; the rest waits in the table. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#deaf();
    clearInterval(this.#timer);
    await this.#working;
    this.#smtp?.close();
  }

  async #work(smtp: Smtp): Promise<void> {
    while (this.#again && !this.#stopped && clock.now() >= this.#restUntil) {
      this.#again = false;
      try {
        const claimed = await this.#queue.claim();
        if (claimed.length === 0) return;
        this.#again = true;
        await this.#sendAll(smtp, claimed);
      } catch (error) {
        this.#ground.log.error({ error }, 'mail: could not look for what is due');
        this.#again = false;
        return;
      }
    }
    this.#again = false;
  }

  /** One after another, two at a time; what is left when the server fails is ready again. */
  async #sendAll(smtp: Smtp, claimed: readonly Mail[]): Promise<void> {
    const waiting = [...claimed];
    let unusable = false;
    const lane = async (): Promise<void> => {
      while (!unusable && !this.#stopped) {
        const next = waiting.shift();
        if (!next) return;
        if (!(await this.#one(smtp, next))) unusable = true;
      }
    };
    const ended = await Promise.allSettled([lane(), lane()]);
    if (!unusable) this.#failures = 0;
    await this.#queue.release(waiting, unusable ? this.#restUntil : 0);
    const broken = ended.find(({ status }) => status === 'rejected');
    if (broken) throw (broken as PromiseRejectedResult).reason;
  }

  /** Asks the server nothing for a while, and for longer each time that it fails again. */
  #rest(): void {
    const rest = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(this.#failures++, 20));
    this.#restUntil = clock.now() + rest;
  }

  /** One attempt. @returns false when the server cannot be used at all */
  async #one(smtp: Smtp, mail: Mail): Promise<boolean> {
    const { id, kind, expiresAt } = mail;
    const { log } = this.#ground;
    if (expiresAt <= clock.now()) {
      log.warn({ mail: id, kind, lastError: mail.lastError }, 'mail: of no use any more, not sent');
      await this.#queue.end(mail, 'Failed', 'expired');
      return true;
    }
    try {
      await smtp.send(this.#outgoing(mail));
    } catch (error) {
      const { fault, message } = error instanceof MailRefused ? error : { fault: 'recipient', message: 'unreadable' };
      log.warn({ mail: id, kind, fault, reason: message }, 'mail: not sent');
      // Before anybody can see that it failed: who then wakes the sender is not overtaken by its rest.
      if (fault === 'server' && clock.now() >= this.#restUntil) this.#rest();
      if (fault === 'recipient') await this.#queue.end(mail, 'Failed', message);
      else await this.#queue.later(mail, message);
      return fault !== 'server';
    }
    await this.#queue.end(mail, 'Sent');
    return true;
  }

  #outgoing({ id, body }: Mail) {
    const { config, seal } = this.#ground;
    const { to, letter } = JSON.parse(seal.unseal(body, placeIn(mailBody, id))) as { to: string; letter: Letter };
    const from = mailSender(config);
    const mailbox = mailboxOf(to);
    if (mailbox === null) throw new Error('no address');
    const messageId = `<${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`;
    return { ...renderLetter(letter, new URL(config.publicUrl).host), from, to: mailbox, messageId };
  }
}
