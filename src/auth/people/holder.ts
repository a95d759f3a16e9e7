import type { User } from '../../users/user.entity.ts';
import type { Holder, Whose } from '../credentials/holders.ts';
import { tellOfCredentials } from '../own/news.ts';
import { policyFor } from './second-factor.ts';

/** Whose row it is in the tables of people's credentials. */
export const whosePerson = (id: string): Whose => ({ kind: 'user', id });

/** A person as a holder of credentials. */
export const personHolder = (user: User): Holder => {
  const { id, organisationId, accountId, primaryAddress } = user;
  return {
    ...whosePerson(id),
    organisationId,
    label: primaryAddress,
    action: (eventName, parameters) => ({
      eventName,
      organisationId,
      accountId,
      requestParameters: { accountId, userId: id, ...parameters },
      about: id,
    }),
    tell: (ground, m, news) => tellOfCredentials(ground, m, id, news),
    requiresFactor: async (on) => (await policyFor(on, user)).required,
  };
};
