import { createOrganisation, listOrganisations } from '../../accounts/organisations/organisations.ts';
import type { Ground } from '../../trail/ground.ts';
import { AdministratorTable } from './administrator.entity.ts';
import { newLink, shortLinkHours } from './links.ts';
import { invitedAdministrator } from './names.ts';

/**
 * At the very first start: makes an organisation and its first administrator, who has no password yet.
 * @returns the link with which they set one, or null when there is an organisation already
 */
export async function firstAdministrator(ground: Ground): Promise<string | null> {
  if ((await listOrganisations(ground.db.read)).length > 0) return null;
  return ground.db.write(async (m) => {
    if ((await listOrganisations(m)).length > 0) return null; // another process was first
    const organisation = await createOrganisation(m, '');
    const administrator = invitedAdministrator(organisation.id, 'administrator');
    await m.insert(AdministratorTable, administrator);
    return ground.trail.perform(
      { eventName: 'CreateOrganisation', organisationId: organisation.id },
      async (inner) => ({ result: await newLink(ground, inner, administrator.id, shortLinkHours) }),
    );
  });
}
