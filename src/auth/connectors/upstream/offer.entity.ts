import { EntitySchema } from 'typeorm';
import { type Columns, id, longText, text, time } from '../../../platform/database/columns.ts';
import type { SealedColumn } from '../../../platform/secrets/sealed.ts';

/** What a browser was asked after somebody proved themselves: whether to make an account of it, or to link it. */
export interface UpstreamOffer {
  /** SHA-256 of the browser's cookie: a later offer takes the place of an earlier one. */
  browserHash: string;
  /** Stands in the form, so that nobody agrees to another offer than the one they read. */
  id: string;
  providerId: string;
  /** Whose account is to be linked, and in which session they asked; null when an account is to be made. */
  userId: string | null;
  sessionId: string | null;
  /** Sealed JSON (`Offered`): who they are is nobody's business before they have agreed. */
  proof: string;
  createdAt: number;
  expiresAt: number;
}

/** Where a proof is sealed to. */
export const upstreamProof: SealedColumn = { table: 'upstream_offers', column: 'proof', key: 'browserHash' };

export const UpstreamOfferTable = new EntitySchema<UpstreamOffer>({
  name: 'UpstreamOffer',
  tableName: 'upstream_offers',
  columns: {
    browserHash: { ...text(64), primary: true },
    id,
    providerId: id,
    userId: { ...id, nullable: true },
    sessionId: { ...id, nullable: true },
    proof: longText,
    createdAt: time,
    expiresAt: time,
  } satisfies Columns<UpstreamOffer>,
});
