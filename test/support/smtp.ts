import { once } from 'node:events';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { portOf } from './port.ts';
import { until } from './until.ts';

/** A letter as it came in. */
export interface Received {
  from: string;
  to: string[];
  /** The whole message, as it was sent. */
  raw: string;
  header: (name: string) => string;
  /** Its parts, decoded. */
  text: string;
  html: string;
}

export interface TestSmtp {
  /** What SMTP_URL says of it. */
  url: string;
  port: number;
  received: Received[];
  /** What the server answers instead of taking the next mails: at RCPT TO or after DATA; null takes them. */
  refuse: (answer: { at: 'rcpt' | 'data'; code: number } | null) => void;
  /** The next letter to that address that nobody has asked for yet. */
  next: (to: string, which?: (letter: Received) => boolean) => Promise<Received>;
  stop: () => Promise<void>;
}

/** The address of the first link in a letter that has this path. */
export function linkIn({ text }: Pick<Received, 'text'>, path: string): string {
  const found = [...text.matchAll(/https?:\/\/\S+/g)]
    .map(([link]) => new URL(link))
    .find((url) => url.pathname === path);
  if (!found) throw new Error(`no link to ${path} in: ${text}`);
  return found.pathname + found.search;
}

/** A real SMTP server on the loopback interface, which keeps what it is sent. */
export async function startSmtp(options: SMTPServerOptions = {}, port = 0): Promise<TestSmtp> {
  const received: Received[] = [];
  const asked = new Set<Received>();
  let refusal: { at: 'rcpt' | 'data'; code: number } | null = null;
  const refused = (code: number): Error =>
    Object.assign(new Error('<somebody@x> is not wanted'), { responseCode: code });
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onRcptTo: (_address, _session, done) => done(refusal?.at === 'rcpt' ? refused(refusal.code) : null),
    onData: (stream, session, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        if (refusal?.at === 'data') return done(refused(refusal.code));
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : '';
        received.push(
          readLetter(
            Buffer.concat(pieces).toString(),
            from,
            rcptTo.map(({ address }) => address),
          ),
        );
        done(null);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(port, '127.0.0.1');
  await once(listening, 'listening');
  const used = portOf(listening);
  return {
    url: `${options.secure ? 'smtps' : 'smtp'}://127.0.0.1:${used}`,
    port: used,
    received,
    refuse: (answer) => {
      refusal = answer;
    },
    next: async (to, which = () => true) => {
      const found = await until(() => received.find((each) => each.to.includes(to) && !asked.has(each) && which(each)));
      asked.add(found);
      return found;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

function readLetter(raw: string, from: string, to: string[]): Received {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const header = headerOf(head);
  const boundary = /boundary="?([^";\r\n]+)/i.exec(header('content-type'))?.[1] ?? '';
  const parts = rest.join('\r\n\r\n').split(`--${boundary}`);
  const part = (type: string): string => {
    const found = parts.find((each) => new RegExp(`content-type: ${type}`, 'i').test(each)) ?? '';
    const at = found.indexOf('\r\n\r\n');
    return decoded(found.slice(at + 4), headerOf(found.slice(0, at))('content-transfer-encoding'));
  };
  return { from, to, raw, header, text: part('text/plain'), html: part('text/html') };
}

const headerOf =
  (head: string) =>
  (name: string): string =>
    new RegExp(`^${name}: (.*)$`, 'im').exec(head.replaceAll(/\r\n[ \t]+/g, ' '))?.[1]?.trim() ?? '';

function decoded(body: string, encoding: string): string {
  if (/base64/i.test(encoding)) return Buffer.from(body, 'base64').toString();
  if (!/quoted-printable/i.test(encoding)) return body;
  const bytes = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/(?:=[0-9A-F]{2})+/gi, (run) => Buffer.from(run.replaceAll('=', ''), 'hex').toString());
  return bytes;
}
