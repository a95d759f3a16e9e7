import { EntitySchema } from 'typeorm';
import { type Columns, id, json, longText, text, time } from '../../platform/database/columns.ts';
import type { SealedColumn } from '../../platform/secrets/sealed.ts';
import type { AttributeNames, DirectoryKind } from './kinds.ts';

/**
 * A directory that an account may use: authorised once its settings were saved, connected while `connectedAt` says so.
 * While it is connected it has a row in `connections` under its own id, to which its groups and people belong; that
 * table lets an account have one at a time, of whatever kind.
 */
export interface Directory {
  /** `d-` and ten hexadecimal digits: the guide's cloud directory ID. */
  id: string;
  organisationId: string;
  accountId: string;
  name: string;
  kind: DirectoryKind;
  /** URLs in the order in which they are asked; ldaps, or ldap with StartTLS. */
  servers: string[];
  /** The certificates (PEM) of the only authorities that are trusted; null: those of the system. */
  ca: string | null;
  /** The service account: a DN, or in Active Directory a UPN. */
  bindName: string;
  /** Sealed. */
  bindPassword: string;
  baseDn: string;
  /** Which entries are people, and which are groups (RFC 4515). */
  userFilter: string;
  groupFilter: string;
  attributes: AttributeNames;
  /** The objectGUID of the domain, by which another directory under the same URL shows; null where there is none. */
  domainId: string | null;
  createdAt: number;
  updatedAt: number;
  /** When these settings were last tried with success. */
  checkedAt: number;
  connectedAt: number | null;
  /** Since when a sign-in with one of its passwords needs a second factor of Carillon's too; null: it does not. */
  secondFactorSince: number | null;
}

export const DirectoryTable = new EntitySchema<Directory>({
  name: 'Directory',
  tableName: 'directories',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    name: text(200),
    kind: text(12),
    servers: json,
    ca: { ...longText, nullable: true },
    bindName: text(1024),
    bindPassword: longText,
    baseDn: text(1024),
    userFilter: text(2048),
    groupFilter: text(2048),
    attributes: json,
    domainId: { ...text(64), nullable: true },
    createdAt: time,
    updatedAt: time,
    checkedAt: time,
    connectedAt: { ...time, nullable: true },
    secondFactorSince: { ...time, nullable: true },
  } satisfies Columns<Directory>,
});

/** Where a service account's password is sealed to. */
export const bindPasswordSecret: SealedColumn = { table: 'directories', column: 'bindPassword', key: 'id' };
