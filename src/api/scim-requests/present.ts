import type { Preview } from '../../directory/scim/inspector/replay/replay.ts';
import type { KeptView } from '../../directory/scim/inspector/view.ts';
import { iso } from '../../platform/clock/clock.ts';

/** A request in a list, without its content. */
export const presentSummary = (request: KeptView) => ({
  ScimRequestId: request.id,
  Time: iso(request.at),
  KeyId: request.key.id,
  KeyName: request.key.name,
  Method: request.method,
  Target: request.target,
  Status: request.status,
  ...(request.errorCode !== null && { ErrorCode: request.errorCode }),
  ...(request.scimType !== null && { ScimType: request.scimType }),
  ...(request.detail !== null && { Detail: request.detail }),
  ...(request.found !== null && { Found: request.found }),
  ...(request.subject && { SubjectType: request.subject.type, SubjectId: request.subject.id }),
  ...((request.subject?.name ?? request.name) && { SubjectName: request.subject?.name ?? request.name }),
  ...presentChange(request),
  Milliseconds: request.tookMs,
  UserAgent: request.userAgent,
  ...(request.times > 1 && { Times: request.times, LastTime: iso(request.lastAt) }),
  ...(request.isErased && { Erased: true }),
  Replayable: request.isReplayable,
});

/** One request, with what was sent. */
export const presentRequest = (request: KeptView) => ({
  ...presentSummary(request),
  ...(request.operations && {
    Operations: request.operations.first.map(({ method, path, bulkId, status, subject, name, detail }) => ({
      Method: method,
      Path: path,
      ...(bulkId !== null && { BulkId: bulkId }),
      Status: status,
      ...(subject && { SubjectType: subject.type, SubjectId: subject.id, SubjectName: name }),
      ...(detail !== null && { Detail: detail }),
    })),
    MoreOperations: request.operations.more,
    RefusedOperations: request.operations.refused,
  }),
  ContentState: request.bodyState,
  ...(request.body !== undefined && { Content: request.body }),
});

/** What a replay would do. */
export const presentEffect = (effect: Preview['effect']) => ({
  Status: effect.status,
  ...presentChange(effect),
  PutOut: effect.putOut,
  ...(effect.refusal && {
    Refusal: {
      ErrorCode: effect.refusal.code,
      ...(effect.refusal.scimType !== null && { ScimType: effect.refusal.scimType }),
      Detail: effect.refusal.detail,
    },
  }),
});

const presentChange = ({ became, differences, moved }: Pick<KeptView, 'became' | 'differences' | 'moved'>) => ({
  ...(became !== null && { Became: became }),
  Differences: differences.map(({ attribute, before, after }) => ({
    Attribute: attribute,
    ...(before !== null && { Before: before }),
    ...(after !== null && { After: after }),
  })),
  ...(moved && {
    MembersAdded: moved.added,
    MembersRemoved: moved.removed,
    MembersAddedNames: moved.addedNames,
    MembersRemovedNames: moved.removedNames,
  }),
});
