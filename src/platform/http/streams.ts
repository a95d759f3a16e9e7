import type { ServerResponse } from 'node:http';

export interface Streams {
  /** Says how to end an answer that would go on for ever (server-sent events) when the server stops. */
  add: (res: ServerResponse, close: () => void) => void;
  /** Ends all of them. */
  closeAll: () => void;
}

/** The answers without an end that are open now. */
export function createStreams(): Streams {
  const open = new Map<ServerResponse, () => void>();
  let closed = false;
  return {
    add(res, close) {
      if (closed) return close();
      open.set(res, close);
      res.once('close', () => open.delete(res));
    },
    closeAll() {
      closed = true;
      for (const close of open.values()) close();
      open.clear();
    },
  };
}
