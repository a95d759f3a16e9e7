import type { Movement } from '../../groups/moved.ts';
import type { Content } from './content.ts';
import type { Names } from './names.ts';
import type { KeptOperation } from './operations.ts';
import { whyNotReplayable } from './replay/replayable.ts';
import type { BodyState, KeptRequest } from './request.entity.ts';

/** A kept request with what it says of people, where that can be read. */
export type Opened = KeptRequest & { content: Content; isErased: boolean };

/** A kept request as page, command and API show it. */
export interface KeptView {
  id: string;
  at: number;
  connectionId: string;
  key: { id: string; name: string };
  method: string;
  /** Path and query, after the root of SCIM. */
  target: string;
  status: number;
  errorCode: string | null;
  scimType: string | null;
  detail: string | null;
  found: number | null;
  /** Whom it was about; `isThere` when there is still a page about them. */
  subject: { type: 'User' | 'Group'; id: string; name: string; isThere: boolean } | null;
  /** What a request that was refused calls whom it is about. */
  name: string | null;
  became: Content['became'] | null;
  differences: NonNullable<Content['differences']>;
  /** Members who came and went: how many, and the first of them by name. */
  moved: (Movement & { addedNames: string[]; removedNames: string[] }) | null;
  /** Of a bulk request: what became of the first operations, by name, of how many more, and how many were refused. */
  operations: { first: (KeptOperation & { name: string | null })[]; more: number; refused: number } | null;
  tookMs: number;
  userAgent: string;
  body: unknown;
  bodyState: BodyState;
  times: number;
  lastAt: number;
  /** Whether what it said of people is gone. */
  isErased: boolean;
  /** Whether it is of a kind that can be replayed. */
  isReplayable: boolean;
}

export function viewOf(request: Opened, names: Names): KeptView {
  const { content, subjectType: type, subjectId: id } = request;
  const called = (each: string): string => names.get(each)?.names[0] ?? each;
  return {
    id: request.id,
    at: request.at,
    connectionId: request.connectionId,
    key: { id: request.keyId, name: called(request.keyId) },
    method: request.method,
    target: content.target ?? request.path,
    status: request.status,
    errorCode: request.errorCode,
    scimType: request.scimType,
    detail: content.detail ?? null,
    found: request.found,
    subject:
      type === null || id === null
        ? null
        : { type, id, name: names.get(id)?.names[0] ?? content.name ?? id, isThere: names.get(id)?.isThere ?? false },
    name: content.name ?? null,
    became: content.became ?? null,
    differences: content.differences ?? [],
    moved: content.moved
      ? {
          ...content.moved,
          addedNames: content.moved.addedIds.map(called),
          removedNames: content.moved.removedIds.map(called),
        }
      : null,
    operations: content.operations
      ? {
          ...content.operations,
          first: content.operations.first.map((each) => ({ ...each, name: each.subject && called(each.subject.id) })),
        }
      : null,
    tookMs: request.tookUs / 1_000,
    userAgent: request.userAgent,
    body: content.body,
    bodyState: request.bodyState,
    times: request.times,
    lastAt: request.lastAt,
    isErased: request.isErased,
    isReplayable: whyNotReplayable(request) === null,
  };
}
