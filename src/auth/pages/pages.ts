import express from 'express';
import type { Router } from 'express';
import { passwordOf } from '../own/logins.ts';
import type { Web } from '../web.ts';
import { createSignInLimit } from './attempts.ts';
import { callbackRoutes } from './callback.ts';
import { initiateRoutes } from './initiate.ts';
import { meRoutes } from './me.ts';
import { ownRoutes } from './own/routes.ts';
import { passkeyRoutes } from './passkey.ts';
import { passwordRoutes } from './password.ts';
import { secondRoutes } from './second.ts';
import { securityRoutes } from './security/routes.ts';
import { signInRoutes } from './signin.ts';
import { linkRoutes } from './upstream/links.ts';
import { upstreamRoutes } from './upstream/routes.ts';

/** The person's side: signing in, what they see of themselves, signing out. */
export function createAuthPages(web: Web): Router {
  const beginning = createSignInLimit(web);
  const router = express.Router({ caseSensitive: true });
  router.use(signInRoutes(web, beginning));
  router.use(passwordRoutes(web, beginning));
  router.use(ownRoutes(web));
  router.use(passkeyRoutes(web, beginning));
  router.use(secondRoutes(web));
  // Before initiate-login, whose address has a connection's id where this one has "callback".
  router.use(callbackRoutes(web, createSignInLimit(web)));
  router.use(initiateRoutes(web, beginning));
  router.use(upstreamRoutes(web, beginning, createSignInLimit(web)));
  router.use(linkRoutes(web, createSignInLimit(web)));
  router.use(meRoutes(web));
  router.use(securityRoutes(web, passwordOf));
  return router;
}
