import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { normaliseAddress } from '../../accounts/domains/name.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { mailboxOf } from '../../platform/mail/address.ts';
import { post } from '../../platform/mail/post.ts';
import { canSendMail } from '../../platform/mail/settings.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import { isBarred } from '../../users/lifecycle/register.ts';
import { ownErrors } from './errors.ts';
import type { LinkPurpose } from './link.entity.ts';
import { type Reply, replyLetter } from './letters.ts';
import { makeLink } from './links.ts';
import { isSuspendedAt, knownAt, loginAt } from './logins.ts';
import { placeOf, scopeOf } from './place.ts';

/** What somebody asks for who is not signed in. */
export interface Asked {
  address: string;
  /** The browser's own random value. */
  browser: string;
  /** A path of our own to go to afterwards. */
  target: string;
}

/** An address to which mail can be sent, and its key. @throws own.addressInvalid */
export function requireAddress(typed: string, field = 'email'): { address: string; addressKey: string } {
  const address = typed.trim();
  const addressKey = normaliseAddress(address);
  if (addressKey === null || mailboxOf(address) === null) throw ownErrors('own.addressInvalid', { field });
  return { address, addressKey };
}

/** @throws own.noMail */
export function requireMail({ config }: Pick<Ground, 'config'>): void {
  if (!canSendMail(config)) throw ownErrors('own.noMail');
}

/**
 * Somebody asks to register. Whoever asks is told nothing; the mail says what there is to say, and for every address the
 * same work is done: the same questions, one link, one mail, one record.
 * @throws own.noMail, own.addressInvalid, mail.tooMany
 */
export const askToRegister = (ground: Ground, asked: Asked): Promise<void> =>
  ask(ground, 'RequestRegistration', asked, registrationReply);

/** Somebody asks for another password; as `askToRegister`. @throws own.noMail, own.addressInvalid, mail.tooMany */
export const askForReset = (ground: Ground, asked: Asked): Promise<void> =>
  ask(ground, 'RequestPasswordReset', asked, resetReply);

type Decide = (ground: Ground, on: Reader, address: string, addressKey: string) => Promise<Reply>;

async function ask(ground: Ground, eventName: string, { browser, target, ...asked }: Asked, decide: Decide) {
  requireMail(ground);
  const { address, addressKey } = requireAddress(asked.address);
  const requestParameters = { address: personal(address) };
  const action = { eventName, organisationId: nobodys.organisationId, requestParameters, beside: true };
  await ground.trail.perform(action, async (m) => {
    const reply = await decide(ground, m, address, addressKey);
    const login = await loginAt(m, addressKey);
    const purpose: LinkPurpose = reply === 'register' || reply === 'reset' ? reply : 'nothing';
    // What is typed may be another mailbox by its case or its signs: whoever is known is written to where they proved it.
    const to = login && (reply === 'known' || reply === 'reset') ? login.address : address;
    const whose =
      purpose === 'reset' && login
        ? { userId: login.userId, organisationId: login.organisationId }
        : { userId: null, organisationId: null };
    const made = { purpose, addressKey, address: to, ...whose, browser, target, changeId: null };
    const { token, expiresAt } = await makeLink(m, made);
    const letter = replyLetter(ground, reply, to, token);
    const about = { organisationId: whose.organisationId, accountId: null, aboutId: whose.userId };
    await post(ground, m, { kind: purpose, ...about, to, letter, expiresAt, anybodys: true });
    return { result: undefined };
  });
}

/** Each of the questions is asked whatever the others say: a shorter way would show in the time. */
const registrationReply: Decide = async (ground, on, address, addressKey) => {
  const place = await placeOf(on, address);
  const known = await knownAt(on, addressKey);
  const barred = await isBarred(ground, on, scopeOf(place), address);
  if (place.kind === 'company') return 'company';
  if (known === 'somebody') return 'known';
  return barred ? 'barred' : 'register';
};

const resetReply: Decide = async (_ground, on, address, addressKey) => {
  const place = await placeOf(on, address);
  const known = await knownAt(on, addressKey);
  const suspended = await isSuspendedAt(on, addressKey);
  if (place.kind === 'company') return 'company';
  if (known !== 'somebody') return 'unknown';
  return suspended ? 'suspended' : 'reset';
};
