import type { Storage } from '../platform/database/storage.ts';
import { AdministratorTable } from '../access/administrators/administrator.entity.ts';
import { SetupLinkTable } from '../access/administrators/setup-link.entity.ts';
import { accessKeySecret, AccessKeyTable } from '../access/keys/key.entity.ts';
import { AccountTable } from '../accounts/accounts/account.entity.ts';
import { DomainTable } from '../accounts/domains/domain.entity.ts';
import { OrganisationTable } from '../accounts/organisations/organisation.entity.ts';
import {
  passkeyTables,
  recoveryCodeTables,
  SpentChallengeTable,
  totpSecrets,
  totpTables,
} from '../auth/credentials/factors/factors.entity.ts';
import { factorGuessesTables, knownDeviceTables } from '../auth/credentials/guesses/guesses.entity.ts';
import { pendingTables } from '../auth/credentials/signing-in/pending.entity.ts';
import { attemptVerifier, SignInAttemptTable } from '../auth/connectors/openid/attempt.entity.ts';
import { connectionSecret, ConnectionTable } from '../auth/connectors/openid/connection.entity.ts';
import { FederatedIdentityTable } from '../auth/connectors/openid/identity.entity.ts';
import { UpstreamAttemptTable, upstreamVerifier } from '../auth/connectors/upstream/attempt.entity.ts';
import { UpstreamLinkTable } from '../auth/connectors/upstream/link.entity.ts';
import { UpstreamOfferTable, upstreamProof } from '../auth/connectors/upstream/offer.entity.ts';
import { upstreamSecret, UpstreamTable } from '../auth/connectors/upstream/upstream.entity.ts';
import { artifactPayload, ArtifactTable } from '../auth/provider/artifacts/artifact.entity.ts';
import { ConsentTable } from '../auth/provider/consents/consent.entity.ts';
import { OidcClientTable } from '../auth/provider/clients/client.entity.ts';
import { signingKeySecret, SigningKeyTable } from '../auth/provider/keys/key.entity.ts';
import { LogoutDeliveryTable } from '../auth/provider/logout/delivery.entity.ts';
import { RelyingPartySessionTable } from '../auth/provider/logout/relying-party.entity.ts';
import { SessionTable } from '../auth/sessions/session.entity.ts';
import { KeptRequestTable } from '../directory/scim/inspector/request.entity.ts';
import { bindPasswordSecret, DirectoryTable } from '../directory/ldap/directory.entity.ts';
import { DirectoryGuessesTable } from '../directory/ldap/sign-in/guess.entity.ts';
import { DirectoryEntryTable } from '../directory/ldap/sync/state/entry.entity.ts';
import { AbsenceTable } from '../directory/ldap/sync/state/absence.entity.ts';
import { HeldPersonTable } from '../directory/ldap/sync/state/held.entity.ts';
import { DirectoryStateTable } from '../directory/ldap/sync/state/state.entity.ts';
import { ScimKeyTable } from '../directory/scim/keys/key.entity.ts';
import { apiReplyBody, ApiReplyTable } from '../api/replay/reply.entity.ts';
import { LoginTable } from '../auth/own/login.entity.ts';
import { OwnLinkTable } from '../auth/own/link.entity.ts';
import { mailBody, MailTable } from '../platform/mail/mail.entity.ts';
import { RateCounterTable } from '../platform/rates/counter.entity.ts';
import { OutboxEventTable } from '../platform/outbox/event.entity.ts';
import { KeyringChangeTable } from './secrets/change.entity.ts';
import type { SealedColumn } from '../platform/secrets/sealed.ts';
import { PersonKeyTable, personKeySecret } from '../trail/people/key.entity.ts';
import { TrailRecordTable } from '../trail/record.entity.ts';
import { ChainEntryTable, chainProof, ChainTable } from '../trail/seals/chain.entity.ts';
import { DigestTable, TrailKeyTable, trailKeySecret } from '../trail/seals/digest.entity.ts';
import { UserAddressTable } from '../users/address.entity.ts';
import { GroupTable } from '../users/entitlement/group.entity.ts';
import { TierMappingTable } from '../users/entitlement/mapping.entity.ts';
import { MembershipTable } from '../users/entitlement/membership.entity.ts';
import { UserCauseTable } from '../users/lifecycle/cause.entity.ts';
import { InvitationTable } from '../users/invitations/invitation.entity.ts';
import { InvitationRateTable } from '../users/invitations/rate.entity.ts';
import { DepartureTable } from '../users/lifecycle/departure.entity.ts';
import { ReceiptTable } from '../users/lifecycle/receipt.entity.ts';
import { SuspensionKeyTable } from '../users/lifecycle/suspension-key.entity.ts';
import { TrialMarkTable } from '../users/trial/mark.entity.ts';
import { UserTable } from '../users/user.entity.ts';
import { FirstLight1700000000000 } from './migrations/1700000000000-first-light.ts';
import { Administrators1700000300000 } from './migrations/1700000300000-administrators.ts';
import { Nodes1700000100000 } from './migrations/1700000100000-nodes.ts';
import { Provider1700000200000 } from './migrations/1700000200000-provider.ts';
import { Clients1700000210000 } from './migrations/1700000210000-clients.ts';
import { AccessKeys1700000400000 } from './migrations/1700000400000-access-keys.ts';
import { Directories1700000800000 } from './migrations/1700000800000-directories.ts';
import { Consequences1700000600000 } from './migrations/1700000600000-consequences.ts';
import { ScimReading1700000700000 } from './migrations/1700000700000-scim-reading.ts';
import { NestedGroups1700000720000 } from './migrations/1700000720000-nested-groups.ts';
import { ScimKeyExpiry1700000720100 } from './migrations/1700000720100-scim-key-expiry.ts';
import { ScimRequests1700000740000 } from './migrations/1700000740000-scim-requests.ts';
import { DirectorySync1700000810000 } from './migrations/1700000810000-directory-sync.ts';
import { DirectoryEntryNames1700000811000 } from './migrations/1700000811000-directory-entry-names.ts';
import { AmazonClients1700000900000 } from './migrations/1700000900000-amazon-clients.ts';
import { OwnPeople1700000910000 } from './migrations/1700000910000-own-people.ts';
import { Logins1700000931000 } from './migrations/1700000931000-logins.ts';
import { OwnLinks1700000932000 } from './migrations/1700000932000-own-links.ts';
import { Mail1700000930000 } from './migrations/1700000930000-mail.ts';
import { Upstream1700000940000 } from './migrations/1700000940000-upstream.ts';
import { WhyOut1700000945000 } from './migrations/1700000945000-why-out.ts';
import { TrialMarks1700000946000 } from './migrations/1700000946000-trial-marks.ts';
import { RateCounters1700000947000 } from './migrations/1700000947000-rate-counters.ts';
import { DirectoryGuesses1700000950000 } from './migrations/1700000950000-directory-guesses.ts';
import { DirectoryAbsences1700000965000 } from './migrations/1700000965000-directory-absences.ts';
import { SearchKeysHeld1700000990000 } from './migrations/1700000990000-search-keys-held.ts';
import { OutboxIndices1700000990100 } from './migrations/1700000990100-outbox-indices.ts';
import { PersonCredentials1700000920000 } from './migrations/1700000920000-person-credentials.ts';
import { TrailSeals1700000500000 } from './migrations/1700000500000-trail-seals.ts';

/** Every entity and every migration, in order: what the composition root hands to the database's door. */
export const storage: Storage = {
  entities: [
    AdministratorTable,
    SetupLinkTable,
    ...Object.values(passkeyTables),
    ...Object.values(recoveryCodeTables),
    SpentChallengeTable,
    ...Object.values(totpTables),
    ...Object.values(factorGuessesTables),
    ...Object.values(knownDeviceTables),
    ...Object.values(pendingTables),
    AccountTable,
    DomainTable,
    OrganisationTable,
    SignInAttemptTable,
    ConnectionTable,
    FederatedIdentityTable,
    UpstreamTable,
    UpstreamAttemptTable,
    UpstreamLinkTable,
    UpstreamOfferTable,
    ArtifactTable,
    ConsentTable,
    OidcClientTable,
    SigningKeyTable,
    LogoutDeliveryTable,
    RelyingPartySessionTable,
    SessionTable,
    ScimKeyTable,
    KeptRequestTable,
    DirectoryTable,
    OutboxEventTable,
    MailTable,
    LoginTable,
    OwnLinkTable,
    TrailRecordTable,
    PersonKeyTable,
    ChainTable,
    ChainEntryTable,
    DigestTable,
    TrailKeyTable,
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
    DirectoryEntryTable,
    DirectoryStateTable,
    HeldPersonTable,
    AbsenceTable,
    DirectoryGuessesTable,
    InvitationTable,
    InvitationRateTable,
    DepartureTable,
    TrialMarkTable,
    RateCounterTable,
  ],
  migrations: [
    FirstLight1700000000000,
    Nodes1700000100000,
    Provider1700000200000,
    Clients1700000210000,
    Administrators1700000300000,
    AccessKeys1700000400000,
    TrailSeals1700000500000,
    Consequences1700000600000,
    ScimReading1700000700000,
    NestedGroups1700000720000,
    ScimKeyExpiry1700000720100,
    ScimRequests1700000740000,
    Directories1700000800000,
    DirectorySync1700000810000,
    DirectoryEntryNames1700000811000,
    AmazonClients1700000900000,
    OwnPeople1700000910000,
    PersonCredentials1700000920000,
    Mail1700000930000,
    Logins1700000931000,
    OwnLinks1700000932000,
    Upstream1700000940000,
    WhyOut1700000945000,
    TrialMarks1700000946000,
    RateCounters1700000947000,
    DirectoryGuesses1700000950000,
    DirectoryAbsences1700000965000,
    SearchKeysHeld1700000990000,
    OutboxIndices1700000990100,
  ],
};

/** Every column whose texts are sealed: what `carillon secrets rotate` seals anew. A test finds one that is missing. */
export const sealedColumns: readonly SealedColumn[] = [
  connectionSecret,
  upstreamSecret,
  upstreamVerifier,
  upstreamProof,
  bindPasswordSecret,
  ...Object.values(totpSecrets),
  accessKeySecret,
  apiReplyBody,
  personKeySecret,
  trailKeySecret,
  chainProof,
  attemptVerifier,
  signingKeySecret,
  artifactPayload,
  mailBody,
];
