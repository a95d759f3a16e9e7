import type { Organisation } from '../../accounts/organisations/organisation.entity.ts';
import { createOrganisation, listOrganisations, organisationName } from '../../accounts/organisations/organisations.ts';
import { clock } from '../../platform/clock/clock.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { hashToken, newId, newToken } from '../../platform/ids/ids.ts';
import type { Ground } from '../../trail/ground.ts';
import { accessErrors } from '../errors.ts';
import { type Administrator, AdministratorTable } from './administrator.entity.ts';
import { SetupLinkTable } from './setup-link.entity.ts';

/** A link is good for an hour. */
const linkMs = 3_600_000;

/**
 * At the very first start: makes an organisation and its first administrator, who has no password yet.
 * @returns the link with which they set one, or null when there is an organisation already
 */
export async function firstAdministrator(ground: Ground): Promise<string | null> {
  if ((await listOrganisations(ground.db.read)).length > 0) return null;
  return ground.db.write(async (m) => {
    await ground.db.alone('the first administrator');
    if ((await listOrganisations(m)).length > 0) return null; // another process was first
    return (await foundIn(ground, m, { name: '', userName: 'administrator' })).setUpLink;
  });
}

/** An organisation that was just made, and the link with which its first administrator sets a password. */
export interface Founded {
  organisation: Organisation;
  administrator: Administrator;
  setUpLink: string;
}

/**
 * Makes another organisation and its first administrator, for whoever runs the server.
 * @throws organisation.nameInvalid, administrator.nameInvalid
 */
export async function foundOrganisation(ground: Ground, input: { name: string; userName: string }): Promise<Founded> {
  const name = organisationName(input.name);
  const userName = administratorName(input.userName);
  return ground.db.write((m) => foundIn(ground, m, { name, userName }));
}

async function foundIn(
  ground: Ground,
  m: Writer,
  { name, userName }: { name: string; userName: string },
): Promise<Founded> {
  const organisation = await createOrganisation(m, name);
  const administrator: Administrator = {
    id: newId(),
    organisationId: organisation.id,
    userName,
    userNameKey: userName.toLowerCase(),
    passwordHash: null,
    version: 1,
    epoch: 1,
    createdAt: clock.now(),
    lastActiveAt: null,
  };
  await m.insert(AdministratorTable, administrator);
  const requestParameters = { ...(name && { name }), userName };
  const action = { eventName: 'CreateOrganisation', organisationId: organisation.id, requestParameters };
  return ground.trail.perform(action, async (inner) => {
    const setUpLink = await newLink(ground, inner, administrator.id);
    return { result: { organisation, administrator, setUpLink } };
  });
}

/** The user name of an administrator, as it was typed. @throws administrator.nameInvalid */
export function administratorName(input: string): string {
  const userName = input.trim();
  if (/^[\p{L}\p{N}+=,.@_-]{1,64}$/u.test(userName)) return userName;
  throw accessErrors('administrator.nameInvalid', { field: 'userName' });
}

/**
 * Makes a link with which an administrator sets a password, for whoever runs the server; links made before it end.
 * @param userName which administrator; without one, the only one of the installation
 * @throws administrator.notSetUp
 */
export async function administratorLink(ground: Ground, userName: string | null): Promise<string> {
  const all = await ground.db.read.find(AdministratorTable, { order: { createdAt: 'ASC' } });
  const wanted = userName === null ? all : all.filter(({ userNameKey }) => userNameKey === userName.toLowerCase());
  const [administrator, ...others] = wanted;
  if (!administrator || others.length > 0) throw accessErrors('administrator.notSetUp', { field: 'userName' });
  const action = {
    eventName: 'CreateSetupLink',
    organisationId: administrator.organisationId,
    requestParameters: { userName: administrator.userName },
  };
  return ground.trail.perform(action, async (m) => ({ result: await newLink(ground, m, administrator.id) }));
}

async function newLink(ground: Ground, m: Writer, administratorId: string): Promise<string> {
  const token = newToken();
  await m.delete(SetupLinkTable, { administratorId });
  await m.insert(SetupLinkTable, {
    id: newId(),
    administratorId,
    tokenHash: hashToken(token),
    createdAt: clock.now(),
    expiresAt: clock.now() + linkMs,
    usedAt: null,
  });
  return `${ground.config.publicUrl}/setup?token=${token}`;
}
