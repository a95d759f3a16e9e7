import type { Config } from '../config/settings.ts';
import { isLoopbackHost, smtpUrlOf } from '../config/smtp.ts';
import { mailTexts } from './texts.ts';
import { readSender } from './address.ts';

type Given = Pick<Config, 'smtpUrl' | 'mailFrom' | 'publicUrl'>;

/** Whether there is a server that takes mail: pages that would send some say so plainly when there is none. */
export const canSendMail = ({ smtpUrl }: Pick<Config, 'smtpUrl'>): boolean => smtpUrl !== undefined;

/** Where mail goes. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte (RFC 8314 §3.3). */
  implicitTls: boolean;
  /** Nobody listens between this machine and itself. */
  loopback: boolean;
  auth: { user: string; pass: string } | undefined;
}

/** What SMTP_URL says. @returns null without one */
export function smtpServer({ smtpUrl }: Pick<Config, 'smtpUrl'>): SmtpServer | null {
  const url = smtpUrl === undefined ? null : smtpUrlOf(smtpUrl);
  if (!url) return null;
  const implicitTls = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: Number(url.port) || (implicitTls ? 465 : 587),
    implicitTls,
    loopback: isLoopbackHost(host),
    auth: url.username ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } : undefined,
  };
}

/** By whom mails are sent: MAIL_FROM, else an address at the public host. */
export function mailSender({ mailFrom, publicUrl }: Given): { name: string; address: string } {
  const given = mailFrom === undefined ? null : readSender(mailFrom);
  if (given) return { name: given.name || mailTexts.product, address: given.address };
  return { name: mailTexts.product, address: `carillon@${new URL(publicUrl).hostname}` };
}
