import type { IncomingMessage, ServerResponse } from 'node:http';

/** A route that is answered on node:http, before Express. */
export interface HotRoute {
  /** For metrics and log. */
  name: string;
  /** Whether its answers tell the request's id by themselves (`sendWhole`): a header that is set before makes all of them slow. */
  tellsId?: boolean;
  matches: (method: string, path: string) => boolean;
  /** Answers; what it throws is answered as an error in JSON. */
  handle: (req: IncomingMessage, res: ServerResponse, url: URL) => Promise<void>;
}

/** A GET and HEAD route at one path. */
export const getRoute = (name: string, path: string, handle: HotRoute['handle']): HotRoute => ({
  name,
  matches: (method, asked) => asked === path && (method === 'GET' || method === 'HEAD'),
  handle,
});
