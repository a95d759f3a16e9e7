import { clock } from '../../platform/clock/clock.ts';
import { IsNull, Not } from 'typeorm';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { newOrganisationId } from '../../platform/ids/ids.ts';
import type { Ground } from '../../trail/ground.ts';
import { nobodys, refuseNobodys } from '../accounts/nobodys.ts';
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
      secondFactorSince: null,
    };
    if (await m.existsBy(OrganisationTable, { id: organisation.id })) continue;
    await m.insert(OrganisationTable, organisation);
    return organisation;
  }
}

/** Everybody's but nobody's: that is found by its number alone. */
export const listOrganisations = (on: Reader): Promise<Organisation[]> =>
  on.find(OrganisationTable, {
    where: { deletedAt: IsNull(), id: Not(nobodys.organisationId) },
    order: { createdAt: 'ASC' },
  });

/** An organisation that can be managed. @throws organisation.notFound, also for one that was deleted; account.reserved */
export async function requireOrganisation(on: Reader, organisationId: string): Promise<Organisation> {
  refuseNobodys(organisationId);
  const organisation = await on.findOneBy(OrganisationTable, { id: organisationId, deletedAt: IsNull() });
  if (!organisation) throw accountErrors('organisation.notFound');
  return organisation;
}

/** The reserved organisation, for whoever runs the server to see who is in no account. @throws organisation.notFound */
export async function reservedOrganisation(on: Reader): Promise<Organisation> {
  const organisation = await on.findOneBy(OrganisationTable, { id: nobodys.organisationId });
  if (!organisation) throw accountErrors('organisation.notFound');
  return organisation;
}

/** A name without control characters or blanks at its ends. @throws organisation.nameInvalid, which names `field` */
export function organisationName(input: unknown, field = 'name'): string {
  const name = typeof input === 'string' ? input.normalize('NFC').trim() : '';
  if (!name || name.length > 200 || /\p{Cc}/u.test(name)) {
    throw accountErrors('organisation.nameInvalid', { field });
  }
  return name;
}

/** Renames an organisation. @returns the name as it is kept @throws organisation.notFound, organisation.nameInvalid */
export async function renameOrganisation(
  ground: Ground,
  organisationId: string,
  input: { name: unknown },
): Promise<string> {
  const action = { eventName: 'RenameOrganisation', organisationId, requestParameters: { name: input.name } };
  return ground.trail.perform(action, async (m) => {
    const name = organisationName(input.name);
    await requireOrganisation(m, organisationId);
    await m.update(OrganisationTable, { id: organisationId }, { name });
    return { result: name };
  });
}
