import { AdministratorTable } from '../../access/administrators/administrator.entity.ts';
import type { FederatedIdentity } from '../../auth/connectors/openid/identity.entity.ts';
import { identitiesOf } from '../../auth/connectors/openid/person.ts';
import { type Factors, factorsOf } from '../../auth/credentials/factors/factors.ts';
import { recoveryCodesLeft } from '../../auth/credentials/factors/recovery-codes.ts';
import { whosePerson } from '../../auth/people/holder.ts';
import { policyFor } from '../../auth/people/second-factor.ts';
import type { Session } from '../../auth/sessions/session.entity.ts';
import { isNobodys } from '../../accounts/accounts/nobodys.ts';
import type { Tier } from '../../accounts/accounts/types.ts';
import { groupsOfPerson } from '../../directory/groups/of-person.ts';
import type { UserAddress } from '../../users/address.entity.ts';
import { directoryNoOf } from '../../directory/ldap/sync/no.ts';
import { addressesOf, causesOf } from '../../users/details.ts';
import type { Entitlement } from '../../users/entitlement/entitlement.ts';
import { invitedAt } from '../../users/invitations/invitations.ts';
import { isOfTeam, isRemovable, keepsAccount, requireUser } from '../../users/lifecycle/administer.ts';
import type { UserCause } from '../../users/lifecycle/cause.entity.ts';
import type { Scope } from '../../users/lifecycle/out.ts';
import { listReceipts, type ReceiptLine } from '../../users/lifecycle/receipts.ts';
import { type OtherAddresses, otherAddressesOf } from '../../users/other-address.ts';
import type { User } from '../../users/user.entity.ts';
import type { ConsoleWeb } from '../web.ts';
import { readWhy, type Why } from './why.ts';

/** Everything that the page of a person shows. */
export interface Person {
  user: User;
  right: Entitlement;
  /** By which ways they come to their tier, and what keeps them out. */
  why: Why;
  addresses: readonly UserAddress[];
  /** Instead of those, where one alone is shown. */
  otherAddresses: readonly OtherAddresses[] | null;
  groups: readonly { groupName: string; tier: Tier | null }[];
  causes: readonly (UserCause & { administrator: string | null; directory: DirectoryNoOf })[];
  devices: readonly Session[];
  identities: readonly FederatedIdentity[];
  receipts: readonly ReceiptLine[];
  /** What Carillon itself keeps, by which they prove who they are. */
  factors: Factors;
  codesLeft: number;
  /** Whether those are asked for when they sign in. */
  factorsAsked: boolean;
  /** Whether an administrator may remove them. */
  removable: boolean;
  /** Whether they go on on their own then; else they are deleted. */
  keepsAccount: boolean;
  /** Whether an administrator may suspend people of this account. */
  suspendable: boolean;
  /** When they were invited, if they came so. */
  invitedAt: number | null;
}

type DirectoryNoOf = Awaited<ReturnType<typeof directoryNoOf>>;

const receiptsShown = 20;

/** Gathers a person of this account. @throws user.notFound */
export async function readPerson(
  { ground, sessions }: Pick<ConsoleWeb, 'ground' | 'sessions'>,
  scope: Scope,
  userId: string,
): Promise<Person> {
  const on = ground.db.read;
  const user = await requireUser(on, scope, userId);
  const principal = await sessions.principal('user', user.id);
  const whose = whosePerson(user.id);
  const [why, addresses, groups, causes, identities, { receipts }, devices, factors, codesLeft, policy] =
    await Promise.all([
      readWhy(on, user),
      addressesOf(on, user.id),
      groupsOfPerson(on, scope.accountId, user.id),
      causesOf(on, user.id),
      identitiesOf(on, user.id),
      listReceipts(on, { accountId: scope.accountId, userId: user.id, limit: receiptsShown }),
      principal?.mayBeIn ? sessions.list(principal) : [],
      factorsOf(on, whose),
      recoveryCodesLeft(on, whose),
      policyFor(on, user),
    ]);
  const otherAddresses = await otherAddressesOf(on, user);
  // Nobody's people are managed by nobody: whoever runs the server sees them all the same.
  const managed = !isNobodys(scope);
  const removable = managed && (await isRemovable(on, scope, user));
  const invited = await invitedAt(on, scope.accountId, [user.id]);
  const suspendable = managed && !(await isOfTeam(on, scope));
  const { organisationId } = scope;
  const named = await Promise.all(
    causes.map(async (cause) => {
      const by = await on.findOneBy(AdministratorTable, { id: cause.setBy, organisationId });
      const { setBy } = cause;
      const directory =
        cause.cause === 'directory' ? await directoryNoOf(on, { organisationId, userId: user.id, setBy }) : null;
      return { ...cause, administrator: by?.userName ?? null, directory };
    }),
  );
  return {
    user,
    right: why.right,
    why,
    addresses: otherAddresses === null ? addresses : addresses.filter(({ isPrimary }) => isPrimary),
    otherAddresses,
    groups,
    causes: named,
    devices,
    identities,
    receipts,
    factors,
    codesLeft,
    factorsAsked: policy.asked,
    removable,
    keepsAccount: await keepsAccount(on, user),
    suspendable,
    invitedAt: invited.get(user.id) ?? null,
  };
}
