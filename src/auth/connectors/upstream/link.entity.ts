import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../../platform/database/columns.ts';

/** A person signs in as that subject of an upstream provider. It goes with either of them. */
export interface UpstreamLink {
  id: string;
  providerId: string;
  issuer: string;
  subject: string;
  userId: string;
  createdAt: number;
  /** The last sign-in by it; null when there was none. */
  usedAt: number | null;
}

export const UpstreamLinkTable = new EntitySchema<UpstreamLink>({
  name: 'UpstreamLink',
  tableName: 'upstream_links',
  columns: {
    id: { ...id, primary: true },
    providerId: id,
    issuer: text(1024),
    subject: text(255),
    userId: id,
    createdAt: time,
    usedAt: { ...time, nullable: true },
  } satisfies Columns<UpstreamLink>,
});
