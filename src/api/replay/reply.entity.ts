import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, longText, text, time } from '../../platform/database/columns.ts';
import type { SealedColumn } from '../../platform/secrets/sealed.ts';

/** What a signed change was answered, so that sending it again changes nothing more. */
export interface ApiReply {
  /** A hash of the access key and the client's token, or the signature. */
  id: string;
  organisationId: string;
  accessKeyId: string;
  /** A hash of what was asked. */
  fingerprint: string;
  status: number;
  /** Sealed: an answer may show a secret once. */
  body: string | null;
  createdAt: number;
}

export const ApiReplyTable = new EntitySchema<ApiReply>({
  name: 'ApiReply',
  tableName: 'api_replies',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    accessKeyId: id,
    fingerprint: text(64),
    status: integer,
    body: { ...longText, nullable: true },
    createdAt: time,
  } satisfies Columns<ApiReply>,
});

export const apiReplyBody: SealedColumn = { table: 'api_replies', column: 'body', key: 'id' };
