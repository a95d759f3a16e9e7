import { type Account } from '../../accounts/accounts/account.entity.ts';
import { anyAccount } from '../../accounts/accounts/accounts.ts';
import { selectRows } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { UserAddressTable } from '../../users/address.entity.ts';
import { type Entitlement, entitlement } from '../../users/entitlement/entitlement.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import { offersTo } from '../../users/invitations/accept.ts';
import { isOfLdap } from '../../users/own.ts';
import type { User } from '../../users/user.entity.ts';
import { keptOf } from '../people/second-factor.ts';
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
  /** Of a directory that Carillon reads, the one that it shows (the guide, "Configure Multiple Email Addresses"). */
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
  const { id, organisationId } = principal;
  const accountId = principal.accountId ?? '';
  const [user, stored, login, account, entitled, devices, applications, kept] = await Promise.all([
    requireUser(on, { organisationId, accountId }, id),
    selectRows(on, UserAddressTable, sql`a."userId" = ${id} ORDER BY a."position"`),
    loginOf(on, id),
    anyAccount(on, organisationId, accountId),
    entitlement(on, id),
    sessions.list(principal),
    applicationsOf(on, principal),
    keptOf(on, id),
  ]);
  const others = (await isOfLdap(on, user)) ? [] : stored.filter(({ isPrimary }) => !isPrimary);
  return {
    user,
    login,
    account,
    entitlement: entitled,
    addresses: [
      { value: user.primaryAddress, primary: true },
      ...others.map(({ value }) => ({ value, primary: false })),
    ],
    devices,
    applications,
    keepsCredentials: kept.asked,
    isOwn: kept.isOwn,
    invitations: kept.isOwn && account.type === 'Team' ? await offersTo(on, user.primaryAddressKey) : [],
  };
}
