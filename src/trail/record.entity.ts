import { EntitySchema } from 'typeorm';
import type { Identity } from '../platform/context/context.ts';
import { type Columns, flag, id, json, longText, text, time } from '../platform/database/columns.ts';

/** One action, or the refusal of one, as it is kept; `present.ts` gives it CloudTrail's shape. */
export interface TrailRecord {
  id: string;
  /** The organisation that the record belongs to; null for what concerns the whole installation. */
  organisationId: string | null;
  accountId: string | null;
  eventName: string;
  eventTime: number;
  readOnly: boolean;
  identity: Identity;
  requestParameters: Record<string, unknown> | null;
  responseElements: Record<string, unknown> | null;
  errorCode: string | null;
  errorMessage: string | null;
  sourceIpAddress: string;
  userAgent: string;
  requestId: string;
}

export const TrailRecordTable = new EntitySchema<TrailRecord>({
  name: 'TrailRecord',
  tableName: 'trail_records',
  columns: {
    id: { ...id, primary: true },
    organisationId: { ...id, nullable: true },
    accountId: { ...id, nullable: true },
    eventName: text(64),
    eventTime: time,
    readOnly: flag,
    identity: json,
    requestParameters: { ...json, nullable: true },
    responseElements: { ...json, nullable: true },
    errorCode: { ...text(64), nullable: true },
    errorMessage: { ...longText, nullable: true },
    sourceIpAddress: text(64),
    userAgent: text(256),
    requestId: text(64),
  } satisfies Columns<TrailRecord>,
});
