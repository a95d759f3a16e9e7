import { EntitySchema } from 'typeorm';
import type { Identity } from '../platform/context/context.ts';
import { type Columns, flag, id, integer, json, longText, text, time } from '../platform/database/columns.ts';

/** Which values of a record are a person's: what is known of them without that person's key. */
export interface PersonalPart {
  /** Under whose key they are sealed. */
  person: string;
  /** Where each of them stands in the record. */
  paths: string[][];
  /** The salted digest of them; the salt is sealed with them. */
  digest: string;
}

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
  /** Null in records of the first release, which keep every value in the clear. */
  personal: PersonalPart[] | null;
  /** The values of each part, under its person's key; outside the chain, which has their digests. */
  sealedValues: string[] | null;
  /** Its place in its organisation's chain; null until it is sealed. */
  position: number | null;
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
    personal: { ...json, nullable: true },
    sealedValues: { ...json, nullable: true },
    position: { ...integer, nullable: true },
  } satisfies Columns<TrailRecord>,
});
