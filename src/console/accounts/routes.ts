import { Router } from 'express';
import type { Request, Response } from 'express';
import {
  createAccount,
  listAccounts,
  listDeletedAccounts,
  renameAccount,
  setDefaultLicence,
  setHelpContact,
} from '../../accounts/accounts/accounts.ts';
import { factorsOfAdministrator } from '../../access/administrators/holder.ts';
import { hasFactor } from '../../auth/credentials/factors/factors.ts';
import { troublesOf } from '../../directory/ldap/sync/status.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { html } from '../../platform/http/pages/html.ts';
import { licenceOf } from '../../users/lifecycle/licence.ts';
import { accountCounts } from '../../users/summary.ts';
import { type Fault, faultOf } from '../forms.ts';
import { placeOf, visitOf } from '../guard.ts';
import { homePath } from '../paths.ts';
import { unprotectedNotice } from '../security/view.ts';
import { done, show } from '../show.ts';
import { texts as shared } from '../texts.ts';
import type { ConsoleWeb } from '../web.ts';
import { progressOf } from './progress.ts';
import { texts } from './texts.ts';
import { accountsView, overviewView } from './view.ts';

/** `/console` and `/console/accounts/{id}`: the accounts, and one at a glance. */
export function accountRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, trail } = ground;

  const list = async (req: Request, res: Response, typed = '', fault?: Fault): Promise<void> => {
    const { organisation, administrator, csrf } = visitOf(req);
    const [accounts, deleted, counts, troubles] = await Promise.all([
      listAccounts(db.read, organisation.id),
      listDeletedAccounts(db.read, organisation.id),
      accountCounts(db.read, organisation.id),
      troublesOf(db.read, { organisationId: organisation.id }),
    ]);
    const isProtected = hasFactor(await factorsOfAdministrator(db.read, administrator.id));
    const body = html`${!isProtected && unprotectedNotice()}
    ${accountsView({ csrf, accounts, deleted, counts, troubles, typed, fault })}`;
    show(req, res, { title: texts.title, part: 'accounts', body, status: fault?.status ?? 200 });
  };

  const overview = async (
    req: Request,
    res: Response,
    typed: { name?: string; helpContact?: string } = {},
    fault?: Fault,
  ): Promise<void> => {
    const place = placeOf(req);
    const { organisationId, accountId } = place.scope;
    const [counts, steps, troubles] = await Promise.all([
      accountCounts(db.read, organisationId),
      progressOf(db.read, accountId),
      troublesOf(db.read, place.scope),
    ]);
    const body = overviewView({ place, counts: counts.get(accountId), steps, troubles, typed, fault });
    show(req, res, { title: shared.overview, part: 'overview', body, status: fault?.status ?? 200 });
  };

  router.get(homePath, async (req, res) => {
    trail.observed({ eventName: 'ListAccounts', organisationId: visitOf(req).organisation.id });
    await list(req, res);
  });

  router.post('/console/accounts', async (req, res) => {
    const name = formOf(req).get('name') ?? '';
    try {
      const account = await createAccount(ground, visitOf(req).organisation.id, { name });
      done(res, `/console/accounts/${account.id}`, 'accountCreated');
    } catch (error) {
      await list(req, res, name, faultOf(error));
    }
  });

  router.get('/console/accounts/:accountId', async (req, res) => {
    trail.observed({ eventName: 'GetAccount', ...placeOf(req).scope });
    await overview(req, res);
  });

  router.post('/console/accounts/:accountId/name', async (req, res) => {
    const { scope, base } = placeOf(req);
    const name = formOf(req).get('name') ?? '';
    try {
      await renameAccount(ground, scope.organisationId, scope.accountId, { name });
      done(res, base, 'renamed');
    } catch (error) {
      await overview(req, res, { name }, faultOf(error));
    }
  });

  router.post('/console/accounts/:accountId/licence', async (req, res) => {
    const { scope, base } = placeOf(req);
    try {
      const licence = licenceOf(formOf(req).get('licence'));
      await setDefaultLicence(ground, scope.organisationId, scope.accountId, licence);
      done(res, base, 'defaultLicenceSaved');
    } catch (error) {
      await overview(req, res, {}, faultOf(error));
    }
  });

  router.post('/console/accounts/:accountId/contact', async (req, res) => {
    const { scope, base } = placeOf(req);
    const helpContact = formOf(req).get('helpContact') ?? '';
    try {
      await setHelpContact(ground, scope.organisationId, scope.accountId, helpContact);
      done(res, base, 'contactSaved');
    } catch (error) {
      await overview(req, res, { helpContact }, faultOf(error));
    }
  });
  return router;
}
