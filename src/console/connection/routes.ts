import { Router } from 'express';
import { saveConnection } from '../../auth/connectors/openid/settings.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { faultOf } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { done } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { showConnection } from './page.ts';

/** `/console/accounts/{id}/connection`: the OpenID Connect settings. */
export function connectionRoutes({ ground, outbound }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const path = '/console/accounts/:accountId/connection';

  router.get(path, async (req, res) => {
    ground.trail.observed({ eventName: 'GetAccountOpenIdConfig', ...placeOf(req).scope });
    await showConnection(ground, req, res);
  });

  router.post(path, async (req, res) => {
    const { scope, base } = placeOf(req);
    const form = formOf(req);
    const given = (name: string): string => form.get(name) ?? '';
    const typed = { issuer: given('issuer'), clientId: given('clientId'), redirect: given('redirect') };
    try {
      await saveConnection(ground, outbound, scope, { ...typed, clientSecret: given('clientSecret') });
      done(res, `${base}/connection`, 'connectionSaved');
    } catch (error) {
      await showConnection(ground, req, res, { typed, fault: faultOf(error) });
    }
  });
  return router;
}
