import express from 'express';
import type { Router } from 'express';
import type { Web } from '../../web.ts';
import { addressRoutes } from './address-routes.ts';
import { askRoutes } from './ask-routes.ts';
import { invitationRoutes } from './invitation-routes.ts';
import { ownMeRoutes } from './me-routes.ts';
import { registerRoutes } from './register-routes.ts';
import { resetRoutes } from './reset-routes.ts';
import { ownSignInRoutes } from './signin-routes.ts';

/** The doors of people whose account Carillon holds itself. */
export function ownRoutes(web: Web): Router {
  const router = express.Router({ caseSensitive: true });
  router.use(ownSignInRoutes(web));
  router.use(askRoutes(web));
  router.use(registerRoutes(web));
  router.use(resetRoutes(web));
  router.use(addressRoutes(web));
  router.use(invitationRoutes(web));
  router.use(ownMeRoutes(web));
  return router;
}
