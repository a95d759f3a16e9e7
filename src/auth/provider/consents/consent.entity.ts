import { EntitySchema } from 'typeorm';
import { type Columns, id, json, time } from '../../../platform/database/columns.ts';

/** What a person has agreed that an application is told, until they take it back. */
export interface Consent {
  userId: string;
  clientId: string;
  organisationId: string;
  accountId: string;
  scopes: string[];
  createdAt: number;
  updatedAt: number;
}

export const ConsentTable = new EntitySchema<Consent>({
  name: 'OidcConsent',
  tableName: 'oidc_consents',
  columns: {
    userId: { ...id, primary: true },
    clientId: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    scopes: json,
    createdAt: time,
    updatedAt: time,
  } satisfies Columns<Consent>,
});
