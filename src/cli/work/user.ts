import { hasFactor } from '../../auth/credentials/factors/factors.ts';
import { isNobodys, nobodys } from '../../accounts/accounts/nobodys.ts';
import { deviceName } from '../../auth/pages/device.ts';
import { texts as factorTexts } from '../../console/second-factor/texts.ts';
import { resetFactors } from '../../auth/people/reset-factors.ts';
import { readPerson } from '../../console/people/person.ts';
import { texts } from '../../console/people/texts.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import type { Ground } from '../../trail/ground.ts';
import { isoOrNull, iso } from '../../platform/clock/clock.ts';
import {
  activateUser,
  isRemovable,
  keepsAccount,
  removeUser,
  requireSuspending,
  requireUser,
  signOutUser,
  suspendUser,
} from '../../users/lifecycle/administer.ts';
import {
  activateOnTheirOwn,
  freeBarredAddress,
  suspendOnTheirOwn,
  suspensionReason,
} from '../../users/lifecycle/on-their-own.ts';
import { assignLicence } from '../../users/lifecycle/licence.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { organisationOf } from '../frame/choose.ts';
import { callerName, withHouse } from '../frame/house.ts';
import { userNamed } from '../frame/people.ts';
import { tierNamed } from '../frame/tier.ts';
import { presentUser, statusText, tierText, whyText } from './user-present.ts';

export const show = (call: Call): Promise<void> =>
  withHouse(call, async (house) => {
    const { ground } = house;
    const { id, organisationId, accountId } = await userNamed(ground.db.read, call, call.required('user'));
    const scope = { organisationId, accountId };
    const person = await readPerson(house, scope, id);
    ground.trail.observed({ eventName: 'GetUser', ...scope, requestParameters: { accountId, userId: id } });
    const { user } = person;
    const present = presentUser(accountId, user, person.right);
    const addresses = person.addresses.map(({ value, type, isPrimary }) => ({
      value,
      type,
      primary: isPrimary,
    }));
    const causes = person.causes.map(({ cause, since, administrator, setBy, reason }) => ({
      cause,
      since: iso(since),
      by: administrator ?? setBy,
      reason,
    }));
    const devices = person.devices.map((session) => ({
      id: session.id,
      userAgent: session.userAgent,
      clientAddress: session.clientAddress,
      createdAt: iso(session.createdAt),
      lastSeenAt: iso(session.lastSeenAt),
      expiresAt: iso(session.expiresAt),
    }));
    const identities = person.identities.map(({ id: identityId, issuer, subject, createdAt }) => ({
      id: identityId,
      issuer,
      subject,
      createdAt: iso(createdAt),
    }));
    call.output.one({
      json: {
        ...present,
        externalId: user.externalId,
        createdAt: iso(user.createdAt),
        addresses,
        ...(person.otherAddresses !== null && { otherAddresses: person.otherAddresses }),
        groups: person.groups.map(({ groupName, tier }) => ({ name: groupName, tier })),
        causes,
        devices,
        identities,
        secondFactors: { totp: person.factors.totp !== null, passkeys: person.factors.passkeys.length },
      },
      facts: [
        [texts.name, user.displayName],
        [texts.address, user.primaryAddress],
        [texts.userName, user.userName],
        [texts.registration, statusText(present)],
        [texts.tier, tierText(present)],
        [texts.why, whyText(present)],
        [texts.externalId, user.externalId],
        [texts.invited, isoOrNull(person.invitedAt)],
        [texts.joined, isoOrNull(user.joinedAt)],
        [texts.lastSeen, isoOrNull(user.lastActiveAt)],
        [texts.pushed, iso(user.createdAt)],
        [
          texts.groups,
          person.groups.map(({ groupName, tier }) => (tier ? `${groupName} (${tier})` : groupName)).join('; '),
        ],
        [
          texts.causes,
          causes
            .map(
              ({ cause, since, reason }) => `${texts.causeNames[cause]}, since ${since}${reason ? `: ${reason}` : ''}`,
            )
            .join('; '),
        ],
        [
          texts.devices,
          devices.map(({ userAgent, clientAddress }) => `${deviceName(userAgent)} from ${clientAddress}`).join('; '),
        ],
        [texts.identities, identities.map(({ issuer, subject }) => `${subject} at ${issuer}`).join('; ')],
        [
          factorTexts.person,
          hasFactor(person.factors)
            ? factorTexts.has(person.factors.totp !== null, person.factors.passkeys.length, person.codesLeft)
            : null,
        ],
        [texts.userId, user.id],
      ],
    });
  });

export const suspend = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { id, primaryAddress, ...user } = await userNamed(ground.db.read, call, call.required('user'));
    const own = isNobodys(user);
    const reason = call.value('reason');
    if (own) suspensionReason(reason);
    else await requireSuspending(ground.db.read, user);
    const says = own ? texts.suspendOwnSays : texts.suspendSays;
    await confirm(call, [`1 person will be suspended: ${primaryAddress}.`, ...says]);
    const by = callerName();
    const changed = own ? await suspendOnTheirOwn(ground, id, { by, reason }) : await suspendUser(ground, user, id, by);
    const text = changed
      ? `${primaryAddress} is suspended, and out everywhere.`
      : `${primaryAddress} was suspended already.`;
    call.output.done({ id, email: primaryAddress, suspended: true, changed }, text);
  });

export const activate = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const given = call.required('user');
    const found = await userNamed(ground.db.read, call, given).catch(async (error: unknown) => {
      if (await freed(ground, call, given, error)) return null;
      throw error;
    });
    if (!found) {
      const freedText = `${given} may be registered again.`;
      return call.output.done({ id: null, email: given, suspended: false, changed: true }, freedText);
    }
    const { id, primaryAddress, ...user } = found;
    const own = isNobodys(user);
    const changed = own ? await activateOnTheirOwn(ground, id) : await activateUser(ground, user, id);
    const still = own ? '' : ' What the directory says of them still counts.';
    const text = changed
      ? `The suspension of ${primaryAddress} was lifted.${still}`
      : `No administrator had suspended ${primaryAddress}.`;
    call.output.done({ id, email: primaryAddress, suspended: false, changed }, text);
  });

/** Whether nobody in no account has this address any more, and it was barred until now. */
async function freed(ground: Ground, call: Call, given: string, error: unknown): Promise<boolean> {
  if (!(error instanceof CarillonError) || error.code !== 'cli.notFound' || !given.includes('@')) return false;
  const { id } = await organisationOf(ground.db.read, call);
  return id === nobodys.organisationId && (await freeBarredAddress(ground, given));
}

export const signOut = (call: Call): Promise<void> =>
  withHouse(call, async (house) => {
    const { ground } = house;
    const { id, primaryAddress, ...user } = await userNamed(ground.db.read, call, call.required('user'));
    const { devices } = await readPerson(house, user, id);
    await confirm(call, [texts.signOutSays(primaryAddress, devices.length)]);
    await signOutUser(ground, user, id);
    const text = `${primaryAddress} was signed out of all devices. They may sign in again.`;
    call.output.done({ id, email: primaryAddress, signedOut: true }, text);
  });

export const reset = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { id, primaryAddress, ...user } = await userNamed(ground.db.read, call, call.required('user'));
    await confirm(call, [factorTexts.resetTitle(primaryAddress), ...factorTexts.resetSays]);
    const had = await resetFactors(ground, user, id);
    const text = had
      ? `The second factors of ${primaryAddress} were taken away, and they are signed out of all devices.`
      : `${primaryAddress} had no second factor; they are signed out of all devices.`;
    call.output.done({ id, email: primaryAddress, reset: true, hadFactor: had }, text);
  });

export const remove = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, upstairs }) => {
    const on = ground.db.read;
    const { id, primaryAddress, ...scope } = await userNamed(on, call, call.required('user'));
    const user = await requireUser(on, scope, id);
    // What nobody may do is the removal's own to say: nobody is asked about it.
    if (!isNobodys(scope) && (await isRemovable(on, scope, user))) {
      const says = (await keepsAccount(on, user)) ? texts.leaves : texts.removeSays(ground.config.keepDeletedDays);
      await confirm(call, [`1 person will be removed: ${primaryAddress}.`, ...says]);
    }
    const keepsAccountOfTheirOwn = await removeUser(ground, upstairs, scope, id);
    const goesOn = keepsAccountOfTheirOwn
      ? ' They may go on using Carillon on their own, and can be invited again.'
      : '';
    call.output.done(
      { id, email: primaryAddress, removed: true, keepsAccount: keepsAccountOfTheirOwn },
      `${primaryAddress} was removed, and is out everywhere.${goesOn}`,
    );
  });

export const licence = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { id, primaryAddress, ...scope } = await userNamed(ground.db.read, call, call.required('user'));
    const tier = call.required('tier');
    const changed = await assignLicence(ground, scope, id, tierNamed(tier));
    const text = changed
      ? `${primaryAddress} has the permission tier ${tierNamed(tier)} from now on.`
      : `${primaryAddress} had the permission tier ${tierNamed(tier)} already.`;
    call.output.done({ id, email: primaryAddress, tier: tierNamed(tier), changed }, text);
  });
