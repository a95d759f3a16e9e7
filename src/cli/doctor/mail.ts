import type { Config } from '../../platform/config/settings.ts';
import { mailSender, smtpServer } from '../../platform/mail/settings.ts';
import { createSmtp, MailRefused } from '../../platform/mail/smtp.ts';
import { fail, type Finding, ok, skipped, warn } from './finding.ts';

/** Whether mails can be sent: registrations, invitations and lost passwords need them. */
export async function lookAtMail(config: Config, offline: boolean): Promise<Finding[]> {
  const server = smtpServer(config);
  if (!server) {
    return [
      warn(
        'No mail is sent: nobody can register, be invited by mail, or choose a new password when it is lost.',
        'Set SMTP_URL to your mail server, unless every company here has a directory of its own.',
      ),
    ];
  }
  const from = mailSender(config).address;
  const where = `${server.host}:${server.port}`;
  const findings: Finding[] = [];
  if (config.mailFrom === undefined) {
    findings.push(warn(`Mails come from ${from}.`, 'Set MAIL_FROM to an address that your mail server may send from.'));
  }
  if (offline) return [...findings, skipped('The mail server was not asked.')];
  const smtp = createSmtp(server);
  try {
    await smtp.verify();
    return [...findings, ok(`The mail server ${where} takes mails, which come from ${from}.`)];
  } catch (error) {
    const reason = error instanceof MailRefused ? error.message : 'unknown';
    const mend = 'Is SMTP_URL right: host, port, user, password, and a certificate that is trusted here?';
    return [...findings, fail(`The mail server ${where} cannot be used (${reason}).`, mend)];
  } finally {
    smtp.close();
  }
}
