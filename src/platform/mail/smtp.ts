import type { Rendered } from './letter.ts';
import type { SmtpServer } from './settings.ts';

/** One letter for one recipient. */
export interface Outgoing extends Rendered {
  from: { name: string; address: string };
  to: string;
  /** The same for each attempt, so that a mailbox knows the second of two for the first. */
  messageId: string;
}

export interface Smtp {
  /** @throws MailRefused */
  send(mail: Outgoing): Promise<void>;
  /** Whether the server can be reached, and lets Carillon in. @throws MailRefused */
  verify(): Promise<void>;
  close(): void;
}

/** `recipient`: never; `message`: not this one now; `server`: nothing can be sent at the moment. */
export type MailFault = 'recipient' | 'message' | 'server';

/** The server did not take a mail. The text has nothing of what the server said, which may name people. */
export class MailRefused extends Error {
  readonly fault: MailFault;

  constructor(fault: MailFault, reason: string) {
    super(reason);
    this.fault = fault;
  }
}

/** Opens nothing yet: nodemailer is imported, and connects, when the first mail is sent. */
export function createSmtp(server: SmtpServer): Smtp {
  let transport: Promise<Transport> | null = null;
  const opened = (): Promise<Transport> => (transport ??= open(server));
  return {
    async send({ from, to, messageId, subject, text, html }) {
      try {
        await (
          await opened()
        ).sendMail({
          from,
          to: { name: '', address: to },
          envelope: { from: from.address, to: [to] },
          messageId,
          subject,
          text,
          html,
          // Machines that answer by themselves need not (RFC 3834 §5).
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        });
      } catch (error) {
        throw refusal(error);
      }
    },
    async verify() {
      try {
        await (await opened()).verify();
      } catch (error) {
        throw refusal(error);
      }
    },
    close: () => void transport?.then((ready) => ready.close()),
  };
}

type Transport = Awaited<ReturnType<typeof open>>;

async function open({ host, port, implicitTls, loopback, auth }: SmtpServer) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure: implicitTls,
    ...(loopback ? { ignoreTLS: true } : { requireTLS: true }),
    ...(auth && { auth }),
    tls: { minVersion: 'TLSv1.2' },
    pool: true,
    maxConnections: 2,
    maxRequeues: 0, // what a broken connection left is tried again by the table
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** What a fault of nodemailer means: only a 5xx about this recipient or letter is for good (RFC 5321 §4.2.1). */
function refusal(error: unknown): MailRefused {
  const { code, responseCode, command } = error as Record<'code' | 'responseCode' | 'command', unknown>;
  const number = typeof responseCode === 'number' ? responseCode : null;
  const word = typeof code === 'string' && /^[A-Z_0-9]{1,40}$/.test(code) ? code : 'ERROR';
  const reason = number === null ? word : `${word} ${number}`;
  // Whom it comes from is the same for every letter.
  const aboutThis = (word === 'EENVELOPE' || word === 'EMESSAGE') && command !== 'MAIL FROM';
  if (aboutThis && number !== null && number !== 421) {
    return new MailRefused(number >= 500 && number < 600 ? 'recipient' : 'message', reason);
  }
  return new MailRefused('server', reason);
}
