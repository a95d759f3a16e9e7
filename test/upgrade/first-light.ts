import { hashToken } from '../../src/platform/ids/ids.ts';
import { Sql } from '../../src/platform/database/sql.ts';

export const sessionToken = 'a-token-that-a-browser-still-holds';
export const scimToken = 'carillon_scim_a-key-that-a-directory-still-holds';
export const at = Date.UTC(2026, 0, 2);
const far = Date.UTC(2100, 0, 1);
const scope = { organisationId: '123456789012', accountId: 'account-1' };

/** Rows of every table, with the columns and values of the first release. */
export const tables: Record<string, Record<string, unknown>[]> = {
  organisations: [{ id: scope.organisationId, name: 'Acme Group', createdAt: at }],
  accounts: [
    {
      id: scope.accountId,
      organisationId: scope.organisationId,
      name: 'Ácme “one”',
      type: 'EnterpriseOIDC',
      defaultLicence: 'Pro',
      helpContact: 'help@acme.example',
      version: 3,
      epoch: 1,
      createdAt: at,
    },
  ],
  domains: [
    {
      id: 'domain-1',
      ...scope,
      name: 'acme.example',
      state: 'verified',
      recordName: '_carillon-verification.acme.example',
      recordValue: 'carillon-domain=x',
      createdAt: at,
      verifiedAt: at,
      checkedAt: at,
      triedAt: null,
      lastOutcome: 'found',
      absentChecks: 0,
    },
  ],
  administrators: [
    {
      id: 'admin-1',
      organisationId: scope.organisationId,
      userName: 'ada',
      userNameKey: 'ada',
      passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA',
      version: 2,
      epoch: 2,
      createdAt: at,
      lastActiveAt: null,
    },
  ],
  setup_links: [
    { id: 'link-1', administratorId: 'admin-1', tokenHash: 'x', createdAt: at, expiresAt: far, usedAt: at },
  ],
  connections: [
    {
      id: 'connection-1',
      ...scope,
      issuer: 'https://idp.acme.example',
      clientId: 'client',
      clientSecret: 'sealed',
      redirect: 'own',
      announcesIssuer: true,
      createdAt: at,
      updatedAt: at,
      checkedAt: at,
    },
  ],
  scim_keys: [
    {
      id: 'key-1',
      ...scope,
      connectionId: 'connection-1',
      name: 'Okta',
      tokenHash: hashToken(scimToken),
      createdAt: at,
      lastUsedAt: null,
      revokedAt: null,
    },
  ],
  users: ['paula', 'Émile'].map((name, i) => ({
    id: `user-${i}`,
    ...scope,
    connectionId: 'connection-1',
    userName: `${name}@acme.example`,
    userNameKey: `${name.toLowerCase()}@acme.example`,
    externalId: `00u-${i}`,
    displayName: name,
    primaryAddress: `${name}@acme.example`,
    primaryAddressKey: `${name.toLowerCase()}@acme.example`,
    primaryDomain: 'acme.example',
    profile: '{"name":{"givenName":"P"}}',
    licence: 'Basic',
    version: 1,
    epoch: 1,
    createdAt: at,
    updatedAt: at,
    joinedAt: at,
    lastActiveAt: null,
    liveUntil: far,
    deletedAt: null,
  })),
  user_addresses: [
    {
      userId: 'user-0',
      position: 0,
      accountId: scope.accountId,
      value: 'paula@acme.example',
      valueKey: 'paula@acme.example',
      type: 'work',
      display: null,
      isPrimary: true,
    },
  ],
  user_causes: [{ userId: 'user-1', cause: 'administrator', since: at, setBy: 'admin-1' }],
  suspension_keys: [
    {
      accountId: scope.accountId,
      kind: 'userName',
      key: 'émile@acme.example',
      originId: 'user-1',
      since: at,
      setBy: 'admin-1',
    },
  ],
  receipts: [
    {
      id: 'event-0:user-1',
      ...scope,
      userId: 'user-1',
      cause: 'administrator',
      saidAt: at,
      finishedAt: at + 5,
      sessions: 1,
      streams: 0,
    },
  ],
  directory_groups: [
    {
      id: 'group-1',
      ...scope,
      connectionId: 'connection-1',
      displayName: 'Carillon Pro',
      displayNameKey: 'carillon pro',
      externalId: null,
      version: 1,
      createdAt: at,
      updatedAt: at,
    },
  ],
  group_members: ['user-0', 'user-1'].map((memberId) => ({
    groupId: 'group-1',
    memberId,
    memberType: 'User',
    accountId: scope.accountId,
    addedAt: at,
  })),
  tier_mappings: [
    {
      id: 'mapping-1',
      ...scope,
      connectionId: 'connection-1',
      groupName: 'Carillon Pro',
      groupId: 'group-1',
      tier: 'Pro',
      createdAt: at,
    },
  ],
  federated_identities: [
    {
      id: 'identity-1',
      connectionId: 'connection-1',
      issuer: 'https://idp.acme.example',
      subject: '00u-0',
      userId: 'user-0',
      createdAt: at,
    },
  ],
  sign_in_attempts: [
    {
      stateHash: 'x',
      connectionId: 'connection-1',
      browserHash: 'x',
      nonce: 'x',
      codeVerifier: 'x',
      redirectUri: 'x',
      target: '/',
      createdAt: at,
      expiresAt: far,
      usedAt: null,
    },
  ],
  sessions: ['user-0', 'user-1'].map((principalId, i) => ({
    id: `session-${i}`,
    tokenHash: hashToken(`${sessionToken}${i || ''}`),
    kind: 'user',
    principalId,
    ...scope,
    epoch: 1,
    accountEpoch: 1,
    createdAt: at,
    expiresAt: far,
    lastSeenAt: at,
    endedAt: null,
    endedBecause: null,
    clientAddress: '127.0.0.1',
    userAgent: 'x',
  })),
  trail_records: [
    {
      id: '00000000-0000-7000-8000-000000000001',
      ...scope,
      eventName: 'CreateUser',
      eventTime: at,
      readOnly: false,
      identity: '{"type":"ScimKey","principalId":"key-1"}',
      requestParameters: null,
      responseElements: null,
      errorCode: null,
      errorMessage: null,
      sourceIpAddress: '127.0.0.1',
      userAgent: 'x',
      requestId: 'r-1',
    },
  ],
  outbox: [
    {
      id: '00000000-0000-7000-8000-000000000002',
      topic: 'users.out',
      subject: 'user-1',
      payload: JSON.stringify({ ...scope, cause: 'administrator', people: [{ id: 'user-1', epoch: 2 }] }),
      createdAt: at,
      state: 'ready',
      claimedUntil: null,
      attempts: 0,
      notBefore: 0,
      lastError: null,
    },
  ],
};

/** The statements that store all of it, parents first. */
export function* inserts(): Generator<Sql> {
  for (const [table, its] of Object.entries(tables)) {
    for (const row of its) {
      const names = Object.keys(row);
      const head = `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (`;
      yield new Sql([head, ...names.slice(1).map(() => ', '), ')'], Object.values(row));
    }
  }
}
