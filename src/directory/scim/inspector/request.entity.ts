import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, longText, text, time } from '../../../platform/database/columns.ts';

/** What is kept of the body of a request: nothing was sent, all, not all, or it was refused before it was read. */
export type BodyState = 'none' | 'whole' | 'cut' | 'unread';

/** A request of a directory as the inspector keeps it; what tells of a person is in `sealed` alone. */
export interface KeptRequest {
  /** The id of the request, as its answer and the trail have it; those that came later sort later. */
  id: string;
  organisationId: string;
  accountId: string;
  connectionId: string;
  keyId: string;
  at: number;
  /** Microseconds from its key to its answer. */
  tookUs: number;
  method: string;
  /** Without what may tell of a person: `content.ts` has the rest. */
  path: string;
  status: number;
  /** Our code of a refusal, which is the same in the log. */
  errorCode: string | null;
  scimType: string | null;
  /** How many resources a list found. */
  found: number | null;
  subjectType: 'User' | 'Group' | null;
  subjectId: string | null;
  userAgent: string;
  bodyState: BodyState;
  /** How many requests this line stands for: those of a flood are counted. */
  times: number;
  lastAt: number;
  /** Under whose key the rest is sealed; null when there is no rest. */
  person: string | null;
  /** Of what a former release has sealed. */
  digest: string | null;
  sealed: string | null;
}

export const KeptRequestTable = new EntitySchema<KeptRequest>({
  name: 'ScimRequest',
  tableName: 'scim_requests',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    connectionId: id,
    keyId: id,
    at: time,
    tookUs: integer,
    method: text(32),
    path: text(160),
    status: integer,
    errorCode: { ...text(64), nullable: true },
    scimType: { ...text(32), nullable: true },
    found: { ...integer, nullable: true },
    subjectType: { ...text(8), nullable: true },
    subjectId: { ...id, nullable: true },
    userAgent: text(256),
    bodyState: text(8),
    times: integer,
    lastAt: time,
    person: { ...text(128), nullable: true },
    digest: { ...text(64), nullable: true },
    sealed: { ...longText, nullable: true },
  } satisfies Columns<KeptRequest>,
});
