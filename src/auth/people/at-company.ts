import { CarillonError } from '../../platform/errors/errors.ts';
import type { User } from '../../users/user.entity.ts';
import { authErrors } from '../errors.ts';
import type { Place } from '../own/place.ts';

/** Who proved who they are by what Carillon holds, and signs in at their company: the page tells them whom to ask. */
export class AtCompany extends CarillonError {
  /** The company's account. */
  readonly accountId: string;

  constructor(accountId: string, domain: string) {
    const { code, kind, message } = authErrors('signIn.atCompany', { values: { domain } });
    super(code, kind, message, { detail: `domain of account ${accountId}` });
    this.accountId = accountId;
  }
}

/**
 * Asked of every own account whatever has proved it: a company that has verified the domain, and has a sign-in of its own,
 * says who comes in with such an address, also where it has not taken over whoever had one before. Who is in stays in.
 * @param place where the person's address belongs now
 * @throws AtCompany
 */
export function requireNoCompany(
  { accountId, primaryDomain }: Pick<User, 'accountId' | 'primaryDomain'>,
  place: Place,
): void {
  // In the company's own account its groups tell who may come in.
  if (place.kind === 'company' && place.accountId !== accountId) throw new AtCompany(place.accountId, primaryDomain);
}
