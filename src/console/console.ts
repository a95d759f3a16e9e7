import { Router } from 'express';
import { accessKeyRoutes } from './access-keys/routes.ts';
import { accountDeletionRoutes } from './accounts/delete-routes.ts';
import { accountRoutes } from './accounts/routes.ts';
import { disconnectRoutes } from './connection/delete-routes.ts';
import { administratorRoutes } from './administrators/routes.ts';
import { confirmRoutes } from './confirm/routes.ts';
import { clientRoutes } from './clients/routes.ts';
import { connectionRoutes } from './connection/routes.ts';
import { keyRoutes } from './connection/key-routes.ts';
import { readinessRoutes } from './connection/readiness-routes.ts';
import { directoryConnectRoutes } from './directory/connect-routes.ts';
import { directoryFollowingRoutes } from './directory/following-routes.ts';
import { directoryRoutes } from './directory/routes.ts';
import { domainRoutes } from './domains/routes.ts';
import { groupRoutes } from './groups/routes.ts';
import { accountGuard, guard } from './guard.ts';
import { invitationRoutes } from './invitations/routes.ts';
import { personRoutes } from './people/person-routes.ts';
import { noAccountRoutes } from './no-account/routes.ts';
import { peopleRoutes } from './people/routes.ts';
import { receiptRoutes } from './receipts/routes.ts';
import { factorRoutes } from '../auth/credentials/pages/factor-routes.ts';
import { consoleFrame } from './security/frame.ts';
import { securityRoutes } from './security/routes.ts';
import { secondFactorRoutes } from './second-factor/routes.ts';
import { scimRequestRoutes } from './scim-requests/routes.ts';
import { setUpRoutes } from './set-up/routes.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { secondRoutes } from './sign-in/second-routes.ts';
import { trailRoutes } from './trail/routes.ts';
import type { ConsoleWeb } from './web.ts';

/** The administrator's pages: everything after the guards needs a session, and an account of its organisation. */
export function createConsole(web: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  router.use(setUpRoutes(web), signInRoutes(web), secondRoutes(web));
  router.use('/console', guard(web));
  router.use('/console/accounts/:accountId', accountGuard(web));
  const pages = [
    accountRoutes,
    administratorRoutes,
    confirmRoutes,
    securityRoutes,
    (at: ConsoleWeb) => factorRoutes(consoleFrame(at)),
    accessKeyRoutes,
    accountDeletionRoutes,
    domainRoutes,
    connectionRoutes,
    disconnectRoutes,
    keyRoutes,
    readinessRoutes,
    scimRequestRoutes,
    directoryRoutes,
    directoryConnectRoutes,
    directoryFollowingRoutes,
    groupRoutes,
    invitationRoutes,
    peopleRoutes,
    personRoutes,
    secondFactorRoutes,
    receiptRoutes,
    clientRoutes,
    trailRoutes,
    noAccountRoutes,
  ];
  for (const routes of pages) router.use(routes(web));
  return router;
}
