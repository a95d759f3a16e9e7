import { clock } from '../../platform/clock/clock.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Letter } from '../../platform/mail/letter.ts';
import { post } from '../../platform/mail/post.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Invitation } from './invitation.entity.ts';
import { invitationTexts as texts } from './texts.ts';

const dayMs = 86_400_000;

/** The kind of the mail, whose fate `invitationFate` is told. */
export const invitationMail = 'invitation';

/** Where an invitation is accepted; whoever opens it has read the mail to that address. */
export const invitationLink = (publicUrl: string, token: string): string => `${publicUrl}/invitation?token=${token}`;

/** @param account its name as it is now (the guide, "Rename Your Account") */
export const invitationLetter = (account: string, address: string, link: string, days: number): Letter => ({
  subject: texts.subject(account),
  title: texts.title(account),
  paragraphs: [texts.invited(account, address), texts.how],
  action: { label: texts.accept, href: link },
  closing: [texts.goodFor(days), texts.notExpected],
});

/** Posts an invitation, in the unit that makes its link. @returns whether it is under way */
export async function postInvitation(
  ground: Ground,
  m: Writer,
  account: string,
  invitation: Pick<Invitation, 'id' | 'organisationId' | 'accountId' | 'address' | 'expiresAt'>,
  token: string,
): Promise<'Queued' | 'NotSent'> {
  const { id, organisationId, accountId, address, expiresAt } = invitation;
  const link = invitationLink(ground.config.publicUrl, token);
  const days = Math.round((expiresAt - clock.now()) / dayMs);
  return post(ground, m, {
    kind: invitationMail,
    organisationId,
    accountId,
    aboutId: id,
    to: address,
    letter: invitationLetter(account, address, link, days),
    expiresAt,
  });
}
