import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../../platform/database/columns.ts';

/** The proof that a user is that subject at that issuer. Written once, at the first sign-in. */
export interface FederatedIdentity {
  id: string;
  connectionId: string;
  issuer: string;
  subject: string;
  userId: string;
  createdAt: number;
}

export const FederatedIdentityTable = new EntitySchema<FederatedIdentity>({
  name: 'FederatedIdentity',
  tableName: 'federated_identities',
  columns: {
    id: { ...id, primary: true },
    connectionId: id,
    issuer: text(512),
    subject: text(255),
    userId: id,
    createdAt: time,
  } satisfies Columns<FederatedIdentity>,
});
