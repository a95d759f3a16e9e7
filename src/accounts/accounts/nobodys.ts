import { accountErrors } from '../errors.ts';

/**
 * Where people are who belong to no account: one reserved account in one reserved organisation, which migrations make.
 * It has no administrators, domains, connections, keys or invitations, and nothing of it can be changed or deleted.
 */
export const nobodys = {
  organisationId: '000000000000',
  accountId: '00000000-0000-7000-8000-000000000000',
} as const;

/** Whether this is the reserved account. */
export const isNobodys = ({ accountId }: { accountId: string | null }): boolean => accountId === nobodys.accountId;

/** The one check, before anything is done to an organisation or an account. @param id of either @throws account.reserved */
export function refuseNobodys(id: string): void {
  if (id === nobodys.organisationId || id === nobodys.accountId) throw accountErrors('account.reserved');
}
