import { domainOf, normaliseAddress } from '../../accounts/domains/name.ts';
import { identifyAs } from '../../platform/context/context.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { clock } from '../../platform/clock/clock.ts';
import { newId } from '../../platform/ids/ids.ts';
import { post } from '../../platform/mail/post.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import { updatePerson } from '../../users/lifecycle/people.ts';
import { isBarred } from '../../users/lifecycle/register.ts';
import { UserCauseTable } from '../../users/lifecycle/cause.entity.ts';
import { lockRows } from '../../platform/database/lock.ts';
import { addressesOf } from '../../users/details.ts';
import { requireAddress, requireMail } from './ask.ts';
import { ownErrors } from './errors.ts';
import {
  addressChangedLetter,
  addressTakenLetter,
  newAddressLetter,
  oldAddressLetter,
  replyLetter,
  tell,
} from './letters.ts';
import { type OwnLink, OwnLinkTable } from './link.entity.ts';
import { endLinks, makeLink, readLink, takeLink } from './links.ts';
import { type Login, LoginTable } from './login.entity.ts';
import { freeAddress, knownAt, loginOf } from './logins.ts';
import { placeOf } from './place.ts';

/**
 * Whether a person may have this address, as far as they may know.
 * @throws own.noMail, own.addressInvalid, own.addressSame, own.addressElsewhere
 */
export async function requireChangeable(
  ground: Ground,
  login: Login,
  typed: string,
): Promise<{ address: string; addressKey: string }> {
  requireMail(ground);
  const { address, addressKey } = requireAddress(typed);
  if (addressKey === login.addressKey) throw ownErrors('own.addressSame', { field: 'email' });
  await requirePlace(ground.db.read, login, address);
  return { address, addressKey };
}

/**
 * A person who is in, and has proved it lately, asks for another address. Both mailboxes are written to; when both have
 * said yes, it is changed. Whether the new one is somebody's, only that mailbox learns.
 * @throws own.noMail, own.addressInvalid, own.addressSame, own.addressElsewhere, mail.tooMany
 */
export async function askForAddress(ground: Ground, login: Login, typed: string, browser: string): Promise<void> {
  const { address, addressKey } = await requireChangeable(ground, login, typed);
  const { userId, organisationId, accountId } = login;
  const action = {
    eventName: 'RequestAddressChange',
    organisationId,
    accountId,
    about: userId,
    requestParameters: { accountId, userId, address: personal(address) },
  };
  await ground.trail.perform(action, async (m) => {
    const now = await loginOf(m, userId);
    if (now?.addressKey !== login.addressKey) throw ownErrors('own.changedMeanwhile');
    const taken = (await knownAt(m, addressKey)) === 'somebody';
    const barred = await isBarred(ground, m, login, address);
    await endLinks(m, { userIds: [userId] });
    const pair = { userId, organisationId, browser, target: '/me', changeId: newId() };
    const old = await makeLink(m, { ...pair, purpose: 'oldAddress', addressKey: now.addressKey, address: now.address });
    const fresh = await makeLink(m, {
      ...pair,
      purpose: taken || barred ? 'nothing' : 'newAddress',
      addressKey,
      address,
    });
    await tell(ground, m, now, oldAddressLetter(ground, now.address, address, old.token));
    const letter = taken
      ? addressTakenLetter(ground, address)
      : barred
        ? replyLetter(ground, 'barred', address, '')
        : newAddressLetter(ground, address, fresh.token);
    const about = { organisationId, accountId, aboutId: userId };
    await post(ground, m, { kind: 'newAddress', ...about, to: address, letter, expiresAt: fresh.expiresAt });
    return { result: undefined };
  });
}

/** What a change of address waits for. @throws own.linkInvalid */
export async function readChange(on: Reader, token: string): Promise<{ link: OwnLink; login: Login }> {
  const link = await readLink(on, token, ['oldAddress', 'newAddress']);
  const login = link.userId === null ? null : await loginOf(on, link.userId);
  if (!login) throw ownErrors('own.linkInvalid');
  return { link, login };
}

/**
 * One of the two mailboxes says yes; with the second, the address is changed: what the person signs in with, and what
 * they are known by. The former address is told.
 * @returns whether it is changed by that
 * @throws own.linkInvalid, own.addressElsewhere, user.*
 */
export async function agreeToAddress(ground: Ground, token: string): Promise<boolean> {
  const { login } = await readChange(ground.db.read, token);
  const { userId, organisationId, accountId } = login;
  identifyAs({ type: 'User', principalId: userId, userName: login.address, organisationId, accountId });
  const action = {
    eventName: 'ConfirmAddress',
    organisationId,
    accountId,
    about: userId,
    requestParameters: { accountId, userId },
  };
  return ground.trail.perform(action, async (m) => {
    const { link, login: now } = await readChange(m, token);
    if (now.accountId !== accountId) throw ownErrors('own.changedMeanwhile');
    await takeLink(m, link);
    const pair = await m.findBy(OwnLinkTable, { changeId: link.changeId ?? '', userId });
    if (pair.length !== 2 || pair.some(({ usedAt }) => usedAt === null)) return { result: false };
    const fresh = pair.find(({ purpose }) => purpose === 'newAddress');
    if (!fresh) throw ownErrors('own.linkInvalid');
    await change(ground, m, now, fresh.address);
    return { result: true, eventName: 'ChangeAddress', responseElements: { address: personal(fresh.address) } };
  });
}

async function change(ground: Ground, m: Writer, login: Login, typed: string): Promise<void> {
  const { address, addressKey } = requireAddress(typed);
  const { userId, organisationId, accountId } = login;
  await lockRows(m, 'users', [userId]); // a suspension at the same moment comes before, or after
  if (await m.findOneBy(UserCauseTable, { userId })) throw ownErrors('own.linkInvalid');
  await requirePlace(m, login, address);
  if (await isBarred(ground, m, login, address)) throw ownErrors('own.linkInvalid');
  if (!(await freeAddress(ground, m, addressKey))) throw ownErrors('own.linkInvalid');
  const user = await requireUser(m, { organisationId, accountId }, userId);
  const kept = (await addressesOf(m, userId)).filter(({ isPrimary }) => !isPrimary);
  const emails = kept.map(({ value, type, display }) => ({
    value,
    ...(type !== null && { type }),
    ...(display !== null && { display }),
  }));
  await updatePerson(ground, m, user, {
    userName: normaliseAddress(user.userName) === login.addressKey ? address : user.userName,
    externalId: user.externalId,
    displayName: user.displayName,
    profile: user.profile,
    emails,
    primary: address,
  });
  await m.update(LoginTable, { addressKey: login.addressKey }, { addressKey, address, verifiedAt: clock.now() });
  await endLinks(m, { userIds: [userId] });
  await endLinks(m, { addressKey });
  await tell(ground, m, login, addressChangedLetter(login.address, address));
}

/** Of an enterprise account a domain of its own; of others any that nobody has verified. @throws own.addressElsewhere */
async function requirePlace(on: Reader, { accountId, address: present }: Login, address: string): Promise<void> {
  const here = await placeOf(on, present);
  const there = await placeOf(on, address);
  const same =
    here.kind === 'account' ? there.kind === 'account' && there.scope.accountId === accountId : there.kind === 'nobody';
  if (!same) {
    throw ownErrors('own.addressElsewhere', { field: 'email', values: { domain: domainOf(address) ?? '' } });
  }
}
