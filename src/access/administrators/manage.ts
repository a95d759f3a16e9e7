import { OrganisationTable } from '../../accounts/organisations/organisation.entity.ts';
import { refuseNobodys } from '../../accounts/accounts/nobodys.ts';
import { forgetFactors, hasFactor } from '../../auth/credentials/factors/factors.ts';
import { credentialErrors } from '../../auth/credentials/errors.ts';
import type { Sessions } from '../../auth/sessions/sessions.ts';
import { clock } from '../../platform/clock/clock.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import { accessErrors } from '../errors.ts';
import { endAccessKeys } from '../keys/end.ts';
import { type Administrator, AdministratorTable } from './administrator.entity.ts';
import { putOut } from './changed.ts';
import { factorsOfAdministrator, whoseAdministrator } from './holder.ts';
import { handedLinkHours, newLink, shortLinkHours } from './links.ts';
import { administratorName, invitedAdministrator, requireFreeName } from './names.ts';

/** So that a list is a page, and a mistake in a script no flood. */
const mostAdministrators = 200;

/** Who does something to administrators. */
export interface Actor {
  organisationId: string;
  /** The administrator who does it; null for whoever runs the server. */
  actorId: string | null;
}

/** An administrator, and the link to hand over: it is shown once. */
interface Linked {
  administrator: Administrator;
  link: string;
}

export const listAdministrators = (on: Reader, organisationId: string): Promise<Administrator[]> =>
  on.find(AdministratorTable, { where: { organisationId }, order: { userNameKey: 'ASC' } });

/** @throws administrator.notFound */
export async function requireAdministrator(on: Reader, organisationId: string, id: string): Promise<Administrator> {
  const found = await on.findOneBy(AdministratorTable, { organisationId, id });
  if (!found) throw accessErrors('administrator.notFound');
  return found;
}

/**
 * By name, for the command line.
 * @param organisationId null when there is no doubt
 * @throws administrator.notFound, administrator.several
 */
export async function administratorNamed(
  on: Reader,
  organisationId: string | null,
  userName: string | null,
): Promise<Administrator> {
  const all = await on.find(AdministratorTable, {
    where: {
      ...(organisationId !== null && { organisationId }),
      ...(userName !== null && { userNameKey: userName.toLowerCase() }),
    },
  });
  const [found, ...others] = all;
  if (!found) throw accessErrors('administrator.notFound', { field: 'userName' });
  if (others.length > 0) throw accessErrors('administrator.several', { field: 'organisation' });
  return found;
}

/**
 * Looks once more at who makes this change, in the unit that has the organisation to itself: two administrators who
 * remove each other at the same moment must not both succeed.
 */
async function requireActor(m: Writer, { organisationId, actorId }: Actor): Promise<void> {
  if (actorId === null) return;
  const actor = await m.findOneBy(AdministratorTable, { organisationId, id: actorId });
  if (actor?.passwordHash == null) throw accessErrors('administrator.proofNeeded');
}

/**
 * Invites an administrator: they set a password by the link.
 * @throws administrator.nameInvalid, .nameTaken, .tooMany, account.reserved
 */
export async function inviteAdministrator(ground: Ground, by: Actor, input: { userName: string }): Promise<Linked> {
  const { organisationId } = by;
  const userName = administratorName(input.userName);
  const action = {
    eventName: 'CreateAdministrator',
    organisationId,
    requestParameters: { userName: personal(userName) },
  };
  return ground.trail.perform(action, async (m) => {
    refuseNobodys(organisationId);
    await requireActor(m, by);
    await requireFreeName(m, organisationId, userName);
    if ((await m.countBy(AdministratorTable, { organisationId })) >= mostAdministrators) {
      throw accessErrors('administrator.tooMany', { values: { most: mostAdministrators } });
    }
    const administrator = invitedAdministrator(organisationId, userName);
    await m.insert(AdministratorTable, administrator);
    const link = await newLink(ground, m, administrator.id, handedLinkHours);
    const { id } = administrator;
    return { result: { administrator, link }, responseElements: { administratorId: id }, about: id };
  });
}

/**
 * A new link in place of the last one. It sets the password anew; second factors stay, and are asked for.
 * @throws administrator.notFound
 */
export function linkForAdministrator(ground: Ground, by: Actor, id: string): Promise<Linked> {
  const { organisationId } = by;
  return ground.trail.perform(actionOf('CreateSetupLink', by, id), async (m) => {
    await requireActor(m, by);
    const administrator = await requireAdministrator(m, organisationId, id);
    // An administrator hands over a first link only: who has a password is reset, which ends their sessions too.
    if (by.actorId !== null && administrator.passwordHash !== null) throw accessErrors('administrator.notFound');
    const hours = administrator.passwordHash === null && by.actorId !== null ? handedLinkHours : shortLinkHours;
    const link = await newLink(ground, m, id, hours);
    return {
      result: { administrator, link },
      responseElements: { userName: personal(administrator.userName) },
      about: id,
    };
  });
}

/**
 * Resets an administrator who lost their second factors: those, recovery codes, password and access keys are void at
 * once, sessions end, and only the new link leads in.
 * @throws administrator.notFound, administrator.oneself
 */
export function resetAdministrator(ground: Ground, sessions: Sessions, by: Actor, id: string): Promise<Linked> {
  const { organisationId } = by;
  return ground.trail.perform(actionOf('ResetAdministrator', by, id), async (m) => {
    await requireActor(m, by);
    const administrator = await requireAdministrator(m, organisationId, id);
    if (id === by.actorId) throw accessErrors('administrator.oneself');
    await forgetFactors(m, whoseAdministrator(id));
    await m.update(AdministratorTable, { id }, { passwordHash: null });
    await putOut(ground, sessions, m, id, 'reset');
    const accessKeyIds = await endAccessKeys(m, { organisationId, administratorId: id });
    const link = await newLink(ground, m, id, handedLinkHours);
    return {
      result: { administrator, link },
      responseElements: { userName: personal(administrator.userName), accessKeyIds },
      about: id,
    };
  });
}

/**
 * Removes an administrator: out at once, everywhere.
 * @throws administrator.notFound, administrator.last when nobody who can sign in would be left
 */
export function removeAdministrator(ground: Ground, sessions: Sessions, by: Actor, id: string): Promise<void> {
  const { organisationId } = by;
  return ground.trail.perform(actionOf('DeleteAdministrator', by, id), async (m) => {
    await requireActor(m, by);
    const { userName } = await requireAdministrator(m, organisationId, id);
    const others = (await listAdministrators(m, organisationId)).filter((other) => other.id !== id);
    if (!others.some(({ passwordHash }) => passwordHash !== null)) throw accessErrors('administrator.last');
    await putOut(ground, sessions, m, id, 'removed');
    await m.delete(AdministratorTable, { organisationId, id });
    return { result: undefined, responseElements: { userName: personal(userName) }, about: id };
  });
}

/** Ends every session of an administrator, who may sign in again. @throws administrator.notFound */
export function signOutAdministrator(ground: Ground, sessions: Sessions, by: Actor, id: string): Promise<void> {
  return ground.trail.perform(actionOf('SignOutAdministrator', by, id), async (m) => {
    await requireActor(m, by);
    const { userName } = await requireAdministrator(m, by.organisationId, id);
    await putOut(ground, sessions, m, id, 'signOut');
    return { result: undefined, responseElements: { userName: personal(userName) }, about: id };
  });
}

/**
 * Whether every administrator of the organisation needs a second factor. Turned on, whoever has none is out and sets one
 * up at the next sign-in; who turns it on must have one.
 * @throws factor.none
 */
export function requireSecondFactor(ground: Ground, sessions: Sessions, by: Actor, required: boolean): Promise<void> {
  const { organisationId } = by;
  const action = { eventName: 'UpdateSecondFactorPolicy', organisationId, requestParameters: { required } };
  return ground.trail.perform(action, async (m) => {
    await requireActor(m, by);
    const without: string[] = [];
    for (const { id } of await listAdministrators(m, organisationId)) {
      if (!hasFactor(await factorsOfAdministrator(m, id))) without.push(id);
    }
    if (required && by.actorId !== null && without.includes(by.actorId)) throw credentialErrors('factor.none');
    await m.update(OrganisationTable, { id: organisationId }, { secondFactorSince: required ? clock.now() : null });
    if (required) for (const id of without) await putOut(ground, sessions, m, id, 'secondFactor');
    return { result: undefined, responseElements: required ? { signedOut: without.length } : {} };
  });
}

const actionOf = (eventName: string, { organisationId }: Actor, administratorId: string) => ({
  eventName,
  organisationId,
  requestParameters: { administratorId: administratorId.slice(0, 64) },
});
