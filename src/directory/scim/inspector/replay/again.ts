import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Ground } from '../../../../trail/ground.ts';
import type { ScimReply } from '../../http/request.ts';
import { mediaType } from '../../protocol/messages.ts';
import { answer } from '../../route.ts';
import { restore } from '../redact.ts';
import type { Opened } from '../view.ts';
import { Seen } from '../seen.ts';
import type { Replay } from './replayed.ts';

/** Sends a kept request through the door that it came by, without a key, as whoever acts now. */
export async function sendAgain(
  ground: Ground,
  kept: Opened,
  replay: Replay,
): Promise<{ reply: ScimReply; seen: Seen }> {
  const { method, keyId: id, organisationId, accountId, connectionId } = kept;
  const key = { id, organisationId, accountId, connectionId };
  const target = `/scim/v2${kept.path}`;
  const url = new URL(target, 'http://carillon.invalid');
  const req = new IncomingMessage(new Socket());
  Object.assign(req, { method, url: target });
  const { body, sent = [] } = kept.content;
  const content = body === undefined ? null : JSON.stringify(replayable(restore(body, sent, gone)));
  if (content !== null) {
    req.headers['content-type'] = mediaType;
    req.headers['content-length'] = String(Buffer.byteLength(content));
    req.push(content);
  }
  req.push(null);
  const seen = new Seen(key, method, url);
  const reply = await answer(ground, { key }, req, new ServerResponse(req), url, seen, replay);
  return { reply, seen };
}

/** What stands in a body where something was left out. */
const gone = Symbol('left out');

/** A body without what was left out of it: of passwords and names of members, which nothing here depends on. */
function replayable(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => !setsWhatIsLeftOut(each)).map(replayable);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([, each]) => each !== gone);
  return Object.fromEntries(kept.map(([name, each]) => [name, replayable(each)]));
}

/** An operation that sets a password. */
function setsWhatIsLeftOut(operation: unknown): boolean {
  if (operation === null || typeof operation !== 'object') return false;
  const members = Object.entries(operation).map(([name, value]) => [name.toLowerCase(), value as unknown] as const);
  return (
    members.some(([name]) => name === 'path') && members.some(([name, value]) => name === 'value' && value === gone)
  );
}
