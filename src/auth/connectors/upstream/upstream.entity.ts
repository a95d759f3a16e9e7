import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, longText, text, time } from '../../../platform/database/columns.ts';
import type { SealedColumn } from '../../../platform/secrets/sealed.ts';

export const kinds = ['openid', 'oauth', 'amazon'] as const;
export type UpstreamKind = (typeof kinds)[number];

/** A provider by which people without a directory may sign in, as the operator configured it. */
export interface Upstream {
  /** Made from its name, so that its redirect URI is known before there is one. */
  id: string;
  /** The reserved organisation: it belongs to the installation. */
  organisationId: string;
  /** On the button. */
  name: string;
  kind: UpstreamKind;
  /** As discovery spells it; of a plain OAuth server the one that the operator named, else where people are sent. */
  issuer: string;
  /** Whether its answers say whose they are (RFC 9207), and must. */
  announcesIssuer: boolean;
  clientId: string;
  /** Sealed. */
  clientSecret: string;
  /** How a plain OAuth server is shown the secret (RFC 6749 §2.3.1); discovery tells it of others. */
  clientAuthentication: 'basic' | 'post';
  scope: string;
  /** The three addresses of a plain OAuth server; null where discovery tells them. */
  authorizationEndpoint: string | null;
  tokenEndpoint: string | null;
  profileEndpoint: string | null;
  /** The fields of the profile: who it is, never to change, and what they are called. */
  subjectField: string;
  addressField: string;
  nameField: string;
  /** Whether it vouches for the address: `yes`, `no`, or the field of the profile that says so. */
  vouches: string;
  createdAt: number;
  updatedAt: number;
}

export const UpstreamTable = new EntitySchema<Upstream>({
  name: 'Upstream',
  tableName: 'upstream_providers',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    name: text(100),
    kind: text(12),
    issuer: text(1024),
    announcesIssuer: flag,
    clientId: text(256),
    clientSecret: longText,
    clientAuthentication: text(8),
    scope: text(512),
    authorizationEndpoint: { ...text(1024), nullable: true },
    tokenEndpoint: { ...text(1024), nullable: true },
    profileEndpoint: { ...text(1024), nullable: true },
    subjectField: text(128),
    addressField: text(128),
    nameField: text(128),
    vouches: text(128),
    createdAt: time,
    updatedAt: time,
  } satisfies Columns<Upstream>,
});

/** Where a client secret is sealed to. */
export const upstreamSecret: SealedColumn = { table: 'upstream_providers', column: 'clientSecret', key: 'id' };
