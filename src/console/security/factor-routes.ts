import { Router } from 'express';
import type { Request, Response } from 'express';
import { Passkeys } from '../../access/administrators/factors/passkeys.ts';
import {
  addFactor,
  factorsOf,
  removePasskey,
  removeTotp,
  replaceRecoveryCodes,
} from '../../access/administrators/factors/factors.ts';
import { enrolTotp } from '../../access/administrators/factors/totp.ts';
import { accessErrors } from '../../access/errors.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { html } from '../../platform/http/pages/html.ts';
import { alertOf, confirmation, type Fault, faultOf } from '../forms.ts';
import { visitOf } from '../guard.ts';
import { passkeyScript } from '../passkey-form.ts';
import { securityPath } from '../paths.ts';
import { recently } from '../recently.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { codesView, newPasskeyView, totpView } from './factor-view.ts';
import { offerFor, passkeyOffer } from './offers.ts';
import { texts } from './texts.ts';

/** `/console/security/…`: second factors, added and removed. Each of these pages needs a proof of the last minutes. */
export function factorRoutes(web: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { ground } = web;
  const passkeys = new Passkeys(ground, web.keyring);
  const at = {
    totp: `${securityPath}/totp`,
    passkeys: `${securityPath}/passkeys`,
    codes: `${securityPath}/recovery-codes`,
  };

  const totp = async (req: Request, res: Response, fault?: Fault): Promise<void> => {
    const { administrator, csrf } = visitOf(req);
    const { totp: old } = await factorsOf(ground.db.read, administrator.id);
    const offer = await offerFor(ground, administrator, formOf(req), fault);
    const body = html`${alertOf(fault, ['code'])} ${old && html`<p class="notice">${texts.totpReplaces}</p>`}
    ${totpView(csrf, at.totp, offer, fault)}`;
    show(req, res, { title: texts.totpTitle, part: 'security', body, status: fault?.status ?? 200 });
  };

  router.get(at.totp, async (req, res) => {
    if (recently(req, res)) await totp(req, res);
  });

  router.post(at.totp, async (req, res) => {
    if (!recently(req, res)) return;
    const { administrator } = visitOf(req);
    const form = formOf(req);
    try {
      const enrol = () => enrolTotp(ground, administrator, form.get('offered') ?? '', form.get('code') ?? '');
      added(req, res, await addFactor(ground, administrator, 'EnableTotp', enrol));
    } catch (error) {
      await totp(req, res, faultOf(error));
    }
  });

  router.get(`${at.totp}/remove`, (req, res) => {
    if (!recently(req, res)) return;
    asked(req, res, texts.removeTitle(texts.totp), `${at.totp}/remove`, texts.removeSays, texts.removeButton);
  });

  router.post(`${at.totp}/remove`, async (req, res) => {
    if (!recently(req, res)) return;
    try {
      await removeTotp(ground, visitOf(req).administrator);
      done(res, securityPath, 'factorRemoved');
    } catch (error) {
      refused(req, res, texts.removeTitle(texts.totp), error);
    }
  });

  const newPasskey = async (req: Request, res: Response, fault?: Fault): Promise<void> => {
    const { administrator, organisation, csrf } = visitOf(req);
    const browser = web.csrf.browser(req, res);
    const { passkeys: known } = await factorsOf(ground.db.read, administrator.id);
    const options = passkeyOffer(passkeys, administrator, organisation.name, browser, known);
    const typedName = formOf(req).get('passkeyName') ?? '';
    const body = html`${alertOf(fault, ['passkeyName'])} ${newPasskeyView(csrf, at.passkeys, options, typedName, fault)}`;
    const status = fault?.status ?? 200;
    show(req, res, { title: texts.passkeyTitle, part: 'security', body, status, scripts: [passkeyScript] });
  };

  router.get(at.passkeys, async (req, res) => {
    if (recently(req, res)) await newPasskey(req, res);
  });

  router.post(at.passkeys, async (req, res) => {
    if (!recently(req, res)) return;
    const { administrator } = visitOf(req);
    const form = formOf(req);
    const where = { purpose: `register:${administrator.id}`, browser: web.csrf.browser(req, res) };
    const name = form.get('passkeyName') ?? '';
    try {
      const enrol = () => passkeys.enrol(form.get('passkey') ?? '', where, administrator, name);
      added(req, res, await addFactor(ground, administrator, 'CreatePasskey', enrol));
    } catch (error) {
      await newPasskey(req, res, faultOf(error));
    }
  });

  router.get(`${at.passkeys}/:passkeyId/remove`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const factors = await factorsOf(ground.db.read, visitOf(req as Request).administrator.id);
    const passkey = factors.passkeys.find(({ id }) => id === req.params.passkeyId);
    if (!passkey) throw accessErrors('factor.notFound');
    const path = `${at.passkeys}/${passkey.id}/remove`;
    asked(req as Request, res, texts.removeTitle(passkey.name), path, texts.removeSays, texts.removeButton);
  });

  router.post(`${at.passkeys}/:passkeyId/remove`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    try {
      await removePasskey(ground, visitOf(req as Request).administrator, req.params.passkeyId);
      done(res, securityPath, 'factorRemoved');
    } catch (error) {
      refused(req as Request, res, texts.removeTitle(texts.passkeys), error);
    }
  });

  router.get(at.codes, (req, res) => {
    if (recently(req, res)) asked(req, res, texts.codesTitle, at.codes, texts.codesSays, texts.codesButton);
  });

  router.post(at.codes, async (req, res) => {
    if (!recently(req, res)) return;
    try {
      added(req, res, await replaceRecoveryCodes(ground, visitOf(req).administrator));
    } catch (error) {
      refused(req, res, texts.codesTitle, error);
    }
  });
  return router;
}

/** Codes are shown on the answer itself: a redirect would have to carry them in an address. */
const added = (req: Request, res: Response, codes: readonly string[]): void => {
  if (codes.length === 0) return done(res, securityPath, 'factorAdded');
  const body = html`${codesView(codes)}
    <p class="actions"><a class="button" href="${securityPath}">${texts.codesKept}</a></p>`;
  show(req, res, { title: texts.codesShown, part: 'security', body });
};

const asked = (req: Request, res: Response, title: string, path: string, says: string, label: string): void => {
  const { csrf } = visitOf(req);
  const body = confirmation({ csrf, action: path, says: [says], label, cancel: securityPath });
  show(req, res, { title, part: 'security', body });
};

const refused = (req: Request, res: Response, title: string, error: unknown): void => {
  const fault = faultOf(error);
  show(req, res, { title, part: 'security', body: html`${alertOf(fault, [])}`, status: fault.status });
};
