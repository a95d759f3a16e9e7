import type { Router } from 'express';
import { createAuthPages } from '../../src/auth/pages/pages.ts';
import { createSecretCheck } from '../../src/auth/provider/clients/secret-check.ts';
import { interactionRoutes } from '../../src/auth/provider/interaction/routes.ts';
import { OpenIdProvider } from '../../src/auth/provider/provider.ts';
import type { Web } from '../../src/auth/web.ts';
import { createConsole } from '../../src/console/console.ts';
import { createCookies } from '../../src/platform/http/cookies.ts';
import { createCsrf } from '../../src/platform/http/csrf.ts';
import { createStreams } from '../../src/platform/http/streams.ts';
import type { TestCarillon } from './carillon.ts';

export interface Route {
  method: 'GET' | 'POST';
  path: string;
}

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

const walk = (layers: Layer[]): Route[] =>
  layers.flatMap(({ route, handle }) =>
    route
      ? Object.keys(route.methods).map((method) => ({
          method: method.toUpperCase() as Route['method'],
          path: route.path,
        }))
      : walk(handle.stack ?? []),
  );

const routesOf = (router: Router): Route[] => walk(router.stack as unknown as Layer[]);

type Running = Pick<TestCarillon, 'house' | 'url'>;

const webOf = ({ house, url }: Running): TestCarillon['house'] & Web => {
  const cookies = createCookies(url);
  const csrf = createCsrf({ key: Buffer.alloc(32), cookies, publicUrl: url });
  return { ...house, cookies, csrf, streams: createStreams() };
};

/** The routes of some pages of the person's. */
export const routesAmong = (running: Running, of: (web: Web) => Router): Route[] => routesOf(of(webOf(running)));

/** Every route of the console, as its router has it: made once more, for the running one is behind its server. */
export const consoleRoutes = (running: Running): Route[] => routesOf(createConsole(webOf(running)));

/** Every route that answers with pages: the person's, the provider's questions, and the console. */
export function pageRoutes(running: Running): Route[] {
  const web = webOf(running);
  const openid = new OpenIdProvider({ ...web, secretCheck: createSecretCheck() }, running.house.keys);
  return [...routesOf(createAuthPages(web)), ...routesOf(interactionRoutes(openid, openid)), ...consoleRoutes(running)];
}
