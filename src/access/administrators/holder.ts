import { OrganisationTable } from '../../accounts/organisations/organisation.entity.ts';
import { type Factors, factorsOf } from '../../auth/credentials/factors/factors.ts';
import type { Holder, Whose } from '../../auth/credentials/holders.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { Administrator } from './administrator.entity.ts';
import { ownAction } from './own-action.ts';

/** Whose row it is in the tables of administrators' credentials. */
export const whoseAdministrator = (id: string): Whose => ({ kind: 'administrator', id });

/** An administrator as a holder of credentials. */
export const administratorHolder = (
  administrator: Pick<Administrator, 'id' | 'organisationId' | 'userName'>,
): Holder => {
  const { id, organisationId, userName } = administrator;
  return {
    ...whoseAdministrator(id),
    organisationId,
    label: `${userName} (${organisationId})`,
    action: (eventName, parameters) => ownAction(eventName, administrator, parameters),
    requiresFactor: async (on) =>
      (await on.findOneBy(OrganisationTable, { id: organisationId }))?.secondFactorSince != null,
  };
};

/** The second factors that an administrator has. */
export const factorsOfAdministrator = (on: Reader, id: string): Promise<Factors> =>
  factorsOf(on, whoseAdministrator(id));
