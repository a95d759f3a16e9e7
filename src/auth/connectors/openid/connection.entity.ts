import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, longText, text, time } from '../../../platform/database/columns.ts';
import type { SealedColumn } from '../../../platform/secrets/sealed.ts';

/**
 * What an account's people, groups and tiers come from, one at a time: an OpenID provider that it trusts to prove who its
 * people are, with SCIM keys; or a connected LDAP directory, of which this row is the place that groups belong to.
 */
export interface Connection {
  /** Short and random: it stands in the redirect URI. */
  id: string;
  organisationId: string;
  accountId: string;
  /** The columns below say something of an OpenID provider alone. */
  kind: 'openid' | 'ldap';
  issuer: string;
  clientId: string;
  /** Sealed. */
  clientSecret: string;
  /** Which redirect URI it uses: its own, or the guide's. */
  redirect: 'own' | 'shared';
  /** Whether discovery promised an `iss` in its answers (RFC 9207). */
  announcesIssuer: boolean;
  createdAt: number;
  updatedAt: number;
  /** When discovery was last read with success. */
  checkedAt: number;
}

export const ConnectionTable = new EntitySchema<Connection>({
  name: 'Connection',
  tableName: 'connections',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    kind: text(12),
    issuer: text(512),
    clientId: text(256),
    clientSecret: longText,
    redirect: text(8),
    announcesIssuer: flag,
    createdAt: time,
    updatedAt: time,
    checkedAt: time,
  } satisfies Columns<Connection>,
});

export const connectionSecret: SealedColumn = { table: 'connections', column: 'clientSecret', key: 'id' };
