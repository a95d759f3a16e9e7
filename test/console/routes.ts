import { createConsole } from '../../src/console/console.ts';
import { createCookies } from '../../src/platform/http/cookies.ts';
import { createCsrf } from '../../src/platform/http/csrf.ts';
import { createStreams } from '../../src/platform/http/streams.ts';
import type { Running } from './support.ts';

export interface Route {
  method: 'GET' | 'POST';
  path: string;
}

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Every route of the console, as its router has it: made once more, for the running one is behind its server. */
export function routesOf({ house, url }: Running): Route[] {
  const cookies = createCookies(url);
  const csrf = createCsrf({ key: Buffer.alloc(32), cookies, publicUrl: url });
  const router = createConsole({ ...house, cookies, csrf, streams: createStreams() });
  const walk = (layers: Layer[]): Route[] =>
    layers.flatMap(({ route, handle }) =>
      route
        ? Object.keys(route.methods).map((method) => ({
            method: method.toUpperCase() as Route['method'],
            path: route.path,
          }))
        : walk(handle.stack ?? []),
    );
  return walk(router.stack as unknown as Layer[]);
}
