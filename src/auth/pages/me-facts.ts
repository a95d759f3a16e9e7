import { type Account } from '../../accounts/accounts/account.entity.ts';
import { anyAccount } from '../../accounts/accounts/accounts.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { UserAddressTable } from '../../users/address.entity.ts';
import { type Entitlement, entitlement } from '../../users/entitlement/entitlement.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import { offersTo } from '../../users/invitations/accept.ts';
import { hasOwnAccount } from '../../users/own.ts';
import type { User } from '../../users/user.entity.ts';
import { policyFor } from '../people/second-factor.ts';
import { applicationsOf, type UsedApplication } from '../provider/consents/consents.ts';
import type { Login } from '../own/login.entity.ts';
import { loginOf } from '../own/logins.ts';
import type { Session } from '../sessions/session.entity.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { SignedIn } from '../web.ts';

export interface MeFacts {
  user: User;
  /** By what they sign in, when Carillon itself holds that. */
  login: Login | null;
  account: Account;
  entitlement: Entitlement;
  addresses: { value: string; primary: boolean }[];
  devices: Session[];
  applications: UsedApplication[];
  /** Whether Carillon itself keeps something by which they sign in. */
  keepsCredentials: boolean;
  /** Whether no directory keeps them. */
  isOwn: boolean;
  /** The teams that have invited them, and wait for an answer. */
  invitations: { id: string; account: string }[];
}

/** What the page of a person shows. @throws user.notFound, account.notFound when they went meanwhile */
export async function readMe(on: Reader, sessions: Sessions, { principal }: SignedIn): Promise<MeFacts> {
  const scope = { organisationId: principal.organisationId, accountId: principal.accountId ?? '' };
  const user = await requireUser(on, scope, principal.id);
  const stored = await on.find(UserAddressTable, { where: { userId: user.id }, order: { position: 'ASC' } });
  const account = await anyAccount(on, scope.organisationId, scope.accountId);
  const isOwn = await hasOwnAccount(on, user);
  const others = stored.filter(({ isPrimary }) => !isPrimary);
  return {
    user,
    login: await loginOf(on, user.id),
    account,
    entitlement: await entitlement(on, user.id),
    addresses: [
      { value: user.primaryAddress, primary: true },
      ...others.map(({ value }) => ({ value, primary: false })),
    ],
    devices: await sessions.list(principal),
    applications: await applicationsOf(on, principal),
    keepsCredentials: (await policyFor(on, user)).asked,
    isOwn,
    invitations: isOwn && account.type === 'Team' ? await offersTo(on, user.primaryAddressKey) : [],
  };
}
