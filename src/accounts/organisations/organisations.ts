import { clock } from '../../platform/clock/clock.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { newOrganisationId } from '../../platform/ids/ids.ts';
import { type Organisation, OrganisationTable } from './organisation.entity.ts';

/** Creates an organisation with an id of twelve digits that no other has. */
export async function createOrganisation(m: Writer, name: string): Promise<Organisation> {
  for (;;) {
    const organisation: Organisation = {
      id: newOrganisationId(),
      name,
      createdAt: clock.now(),
      secondFactorSince: null,
    };
    if (await m.existsBy(OrganisationTable, { id: organisation.id })) continue;
    await m.insert(OrganisationTable, organisation);
    return organisation;
  }
}

export const listOrganisations = (on: Reader): Promise<Organisation[]> =>
  on.find(OrganisationTable, { order: { createdAt: 'ASC' } });
