import { clock } from '../../platform/clock/clock.ts';
import { IsNull } from 'typeorm';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { newOrganisationId } from '../../platform/ids/ids.ts';
import { accountErrors } from '../errors.ts';
import { type Organisation, OrganisationTable } from './organisation.entity.ts';

/** Creates an organisation with an id of twelve digits that no other has. */
export async function createOrganisation(m: Writer, name: string): Promise<Organisation> {
  for (;;) {
    const organisation: Organisation = {
      id: newOrganisationId(),
      name,
      createdAt: clock.now(),
      deletedAt: null,
      eraseAfter: null,
    };
    if (await m.existsBy(OrganisationTable, { id: organisation.id })) continue;
    await m.insert(OrganisationTable, organisation);
    return organisation;
  }
}

export const listOrganisations = (on: Reader): Promise<Organisation[]> =>
  on.find(OrganisationTable, { where: { deletedAt: IsNull() }, order: { createdAt: 'ASC' } });

/** @throws organisation.notFound, also for one that was deleted */
export async function requireOrganisation(on: Reader, organisationId: string): Promise<Organisation> {
  const organisation = await on.findOneBy(OrganisationTable, { id: organisationId, deletedAt: IsNull() });
  if (!organisation) throw accountErrors('organisation.notFound');
  return organisation;
}
