import type { Storage } from '../platform/database/storage.ts';
import { AdministratorTable } from '../access/administrators/administrator.entity.ts';
import { SetupLinkTable } from '../access/administrators/setup-link.entity.ts';
import { accessKeySecret, AccessKeyTable } from '../access/keys/key.entity.ts';
import { AccountTable } from '../accounts/accounts/account.entity.ts';
import { DomainTable } from '../accounts/domains/domain.entity.ts';
import { OrganisationTable } from '../accounts/organisations/organisation.entity.ts';
import { SignInAttemptTable } from '../auth/connectors/openid/attempt.entity.ts';
import { connectionSecret, ConnectionTable } from '../auth/connectors/openid/connection.entity.ts';
import { FederatedIdentityTable } from '../auth/connectors/openid/identity.entity.ts';
import { SessionTable } from '../auth/sessions/session.entity.ts';
import { ScimKeyTable } from '../directory/scim/keys/key.entity.ts';
import { apiReplyBody, ApiReplyTable } from '../api/replay/reply.entity.ts';
import { OutboxEventTable } from '../platform/outbox/event.entity.ts';
import { KeyringChangeTable } from './secrets/change.entity.ts';
import type { SealedColumn } from '../platform/secrets/sealed.ts';
import { TrailRecordTable } from '../trail/record.entity.ts';
import { UserAddressTable } from '../users/address.entity.ts';
import { GroupTable } from '../users/entitlement/group.entity.ts';
import { TierMappingTable } from '../users/entitlement/mapping.entity.ts';
import { MembershipTable } from '../users/entitlement/membership.entity.ts';
import { UserCauseTable } from '../users/lifecycle/cause.entity.ts';
import { ReceiptTable } from '../users/lifecycle/receipt.entity.ts';
import { SuspensionKeyTable } from '../users/lifecycle/suspension-key.entity.ts';
import { UserTable } from '../users/user.entity.ts';
import { FirstLight1700000000000 } from './migrations/1700000000000-first-light.ts';
import { Nodes1700000100000 } from './migrations/1700000100000-nodes.ts';
import { AccessKeys1700000400000 } from './migrations/1700000400000-access-keys.ts';

/** Every entity and every migration, in order: what the composition root hands to the database's door. */
export const storage: Storage = {
  entities: [
    AdministratorTable,
    SetupLinkTable,
    AccountTable,
    DomainTable,
    OrganisationTable,
    SignInAttemptTable,
    ConnectionTable,
    FederatedIdentityTable,
    SessionTable,
    ScimKeyTable,
    OutboxEventTable,
    TrailRecordTable,
    UserAddressTable,
    GroupTable,
    TierMappingTable,
    MembershipTable,
    UserCauseTable,
    ReceiptTable,
    SuspensionKeyTable,
    UserTable,
    AccessKeyTable,
    ApiReplyTable,
    KeyringChangeTable,
  ],
  migrations: [FirstLight1700000000000, Nodes1700000100000, AccessKeys1700000400000],
};

/** Every column whose texts are sealed: what `carillon secrets rotate` seals anew. A test finds one that is missing. */
export const sealedColumns: readonly SealedColumn[] = [connectionSecret, accessKeySecret, apiReplyBody];
