import { clock, iso } from '../../platform/clock/clock.ts';
import { requestContext } from '../../platform/context/context.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import type { Letter } from '../../platform/mail/letter.ts';
import { post } from '../../platform/mail/post.ts';
import type { Ground } from '../../trail/ground.ts';
import { linkHours } from './links.ts';
import type { Login } from './login.entity.ts';
import { type CredentialNews, letterTexts as texts } from './texts.ts';

/** A word about what has happened is of no use much later. */
const noticeMs = 3 * 86_400_000;

/** What somebody who asks to register, or for another password, is told by mail: each to the same effect in time. */
export type Reply = 'register' | 'known' | 'company' | 'barred' | 'reset' | 'suspended' | 'unknown';

/** @param token of the link; used where the letter has one */
export function replyLetter(ground: Ground, reply: Reply, address: string, token: string): Letter {
  const { publicUrl } = ground.config;
  const { subject, title, text, next } = texts[reply];
  const links: Record<Reply, string | null> = {
    register: `${publicUrl}/register/confirm?token=${token}`,
    reset: `${publicUrl}/reset/confirm?token=${token}`,
    known: `${publicUrl}/signin?${new URLSearchParams({ login_hint: address }).toString()}`,
    company: `${publicUrl}/signin?${new URLSearchParams({ login_hint: address }).toString()}`,
    unknown: `${publicUrl}/register`,
    barred: null,
    suspended: null,
  };
  const words = texts[reply];
  const href = links[reply];
  const isLink = reply === 'register' || reply === 'reset';
  return {
    subject,
    title,
    paragraphs: [text(address), next],
    ...(href !== null && { action: { label: 'button' in words ? words.button : '', href } }),
    closing: [...(isLink ? [texts.goodFor(linkHours)] : []), texts.notYou],
  };
}

/**
 * Tells a person by mail what has happened to their sign-in; where no mail can be sent nobody is told. That too many
 * wait keeps nobody from signing in, or from what they do.
 */
export async function tell(
  ground: Ground,
  m: Writer,
  login: Pick<Login, 'userId' | 'organisationId' | 'accountId' | 'address'>,
  letter: Letter,
  aboutId: string | null = login.userId,
): Promise<void> {
  const { organisationId, accountId, address } = login;
  const posting = post(ground, m, {
    kind: 'notice',
    organisationId,
    accountId,
    aboutId,
    to: address,
    letter,
    expiresAt: clock.now() + noticeMs,
  });
  await posting.catch((error: unknown) => {
    if (!(error instanceof CarillonError) || error.code !== 'mail.tooMany') throw error;
    ground.log.warn({ organisationId, aboutId }, 'mail: too many wait, so a person was not told');
  });
}

const moment = (): string => `${iso(clock.now()).slice(0, 16).replace('T', ' ')} UTC`;

export const passwordChangedLetter = ({ config }: Ground, { address }: Login): Letter => {
  const { subject, title, text, next, button } = texts.passwordChanged;
  const action = { label: button, href: `${config.publicUrl}/reset` };
  return { subject, title, paragraphs: [text(address, moment()), next], action };
};

/** @param device a browser and a system in a few words */
export const newDeviceLetter = ({ config }: Ground, { address }: Login, device: string): Letter => {
  const { subject, title, text, where, next, button } = texts.newDevice;
  const from = where(device, requestContext().clientAddress);
  const action = { label: button, href: `${config.publicUrl}/reset` };
  return { subject, title, paragraphs: [text(address, moment()), from, next], action };
};

export const credentialLetter = ({ config }: Ground, { address }: Login, news: CredentialNews): Letter => {
  const { subject, text, next, button } = texts.credentials;
  const action = { label: button, href: `${config.publicUrl}/reset` };
  return { subject: subject[news], title: subject[news], paragraphs: [text(address, moment()), next], action };
};

export const oldAddressLetter = ({ config }: Ground, address: string, next: string, token: string): Letter => {
  const { subject, title, text, button, notYou } = texts.oldAddress;
  const action = { label: button, href: `${config.publicUrl}/address/confirm?token=${token}` };
  return { subject, title, paragraphs: [text(address, next)], action, closing: [texts.goodFor(linkHours), notYou] };
};

export const newAddressLetter = ({ config }: Ground, address: string, token: string): Letter => {
  const { subject, title, text, button } = texts.newAddress;
  const action = { label: button, href: `${config.publicUrl}/address/confirm?token=${token}` };
  return { subject, title, paragraphs: [text(address)], action, closing: [texts.goodFor(linkHours), texts.notYou] };
};

export const addressTakenLetter = ({ config }: Ground, address: string): Letter => {
  const { subject, title, text, next, button } = texts.addressTaken;
  return {
    subject,
    title,
    paragraphs: [text(address), next],
    action: { label: button, href: `${config.publicUrl}/signin` },
  };
};

export const addressChangedLetter = (address: string, next: string): Letter => {
  const { subject, title, text } = texts.addressChanged;
  return { subject, title, paragraphs: [text(address, next)] };
};

export const deletedLetter = ({ config }: Ground, address: string): Letter => {
  const { subject, title, text, kept, again } = texts.deleted;
  return { subject, title, paragraphs: [text(address), kept(config.keepDeletedDays), again] };
};
