import type { Organisation } from '../../accounts/organisations/organisation.entity.ts';
import { createOrganisation, listOrganisations, organisationName } from '../../accounts/organisations/organisations.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import { type Administrator, AdministratorTable } from './administrator.entity.ts';
import { newLink, shortLinkHours } from './links.ts';
import { administratorName, invitedAdministrator } from './names.ts';

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
  const administrator = invitedAdministrator(organisation.id, userName);
  await m.insert(AdministratorTable, administrator);
  const requestParameters = { ...(name && { name }), userName: personal(userName) };
  const action = { eventName: 'CreateOrganisation', organisationId: organisation.id, requestParameters };
  return ground.trail.perform(action, async (inner) => {
    const setUpLink = await newLink(ground, inner, administrator.id, shortLinkHours);
    return { result: { organisation, administrator, setUpLink }, about: administrator.id };
  });
}
