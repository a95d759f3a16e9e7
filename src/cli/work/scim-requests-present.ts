import { iso } from '../../platform/clock/clock.ts';
import type { Preview } from '../../directory/scim/inspector/replay/replay.ts';
import type { KeptView } from '../../directory/scim/inspector/view.ts';

/** A kept request as programs are given it. */
export const presentRequest = (request: KeptView): Record<string, unknown> => {
  const { id, at, lastAt, key, subject, name, isErased, isReplayable, body, moved, ...rest } = request;
  return {
    id,
    time: iso(at),
    keyId: key.id,
    keyName: key.name,
    ...rest,
    lastTime: iso(lastAt),
    subject: subject && { type: subject.type, id: subject.id, name: subject.name },
    name,
    members: presentMoved(moved),
    erased: isErased,
    replayable: isReplayable,
    body: body ?? null,
  };
};

/** What a replay would do, or did, as programs are given it. */
export const presentEffect = ({ status, became, differences, moved, putOut, refusal }: Preview['effect']) => ({
  status,
  became,
  differences,
  members: presentMoved(moved),
  putOut,
  refusal,
});

const presentMoved = (moved: KeptView['moved']) =>
  moved && {
    added: moved.added,
    removed: moved.removed,
    addedNames: moved.addedNames,
    removedNames: moved.removedNames,
  };
