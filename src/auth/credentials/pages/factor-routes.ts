import { Router } from 'express';
import type { Request, Response } from 'express';
import { formOf } from '../../../platform/http/pages/app.ts';
import { alertOf, confirmation, type Fault, faultOf } from '../../../platform/http/pages/forms.ts';
import { html } from '../../../platform/http/pages/html.ts';
import { credentialErrors } from '../errors.ts';
import { addFactor, factorsOf, removePasskey, removeTotp, replaceRecoveryCodes } from '../factors/factors.ts';
import { enrolTotp } from '../factors/totp.ts';
import { registerPurpose } from '../signing-in/second.ts';
import { codesView, newPasskeyView, totpView } from './factor-view.ts';
import { type CredentialFrame, recentVisitor, type Visitor } from './frame.ts';
import { offerFor, passkeyOffer } from './offers.ts';
import { passkeyScript } from './passkey-form.ts';
import { texts } from './texts.ts';

/** Second factors, added and removed by whose they are. Each of these pages needs a proof of the last minutes. */
export function factorRoutes(frame: CredentialFrame): Router {
  const router = Router({ caseSensitive: true });
  const { ground, csrf, passkeys, path, show } = frame;
  const at = { totp: `${path}/totp`, passkeys: `${path}/passkeys`, codes: `${path}/recovery-codes` };

  /** Runs a route for a visitor who has proved lately who they are. */
  const recent = async (
    req: Request,
    res: Response,
    work: (visitor: Visitor) => Promise<void> | void,
  ): Promise<void> => {
    const visitor = await recentVisitor(frame, req, res);
    if (visitor) await work(visitor);
  };

  const asked = (req: Request, res: Response, visitor: Visitor, title: string, action: string, words: Words): void => {
    const body = confirmation({ csrf: visitor.csrf, action, says: [words.says], label: words.button, cancel: path });
    show(req, res, { title, body });
  };

  const refused = (req: Request, res: Response, title: string, error: unknown): void => {
    const fault = faultOf(error);
    show(req, res, { title, body: html`${alertOf(fault, [])}`, status: fault.status });
  };

  /** Codes are shown on the answer itself: a redirect would have to carry them in an address. */
  const added = (req: Request, res: Response, codes: readonly string[]): void => {
    if (codes.length === 0) return frame.done(res, 'factorAdded');
    const body = html`${codesView(codes)}
      <p class="actions"><a class="button" href="${path}">${texts.codesKept}</a></p>`;
    show(req, res, { title: texts.codesShown, body });
  };

  const totp = async (req: Request, res: Response, visitor: Visitor, fault?: Fault): Promise<void> => {
    const { holder } = visitor;
    const { totp: old } = await factorsOf(ground.db.read, holder);
    const offer = await offerFor(ground, holder, formOf(req), fault);
    const body = html`${alertOf(fault, ['code'])} ${old && html`<p class="notice">${texts.totpReplaces}</p>`}
    ${totpView(visitor.csrf, at.totp, offer, fault)}`;
    show(req, res, { title: texts.totpTitle, body, status: fault?.status ?? 200 });
  };

  router.get(at.totp, (req, res) => recent(req, res, (visitor) => totp(req, res, visitor)));

  router.post(at.totp, (req, res) =>
    recent(req, res, async (visitor) => {
      const form = formOf(req);
      try {
        const enrol = () => enrolTotp(ground, visitor.holder, form.get('offered') ?? '', form.get('code') ?? '');
        added(req, res, await addFactor(ground, visitor.holder, 'EnableTotp', enrol));
      } catch (error) {
        await totp(req, res, visitor, faultOf(error));
      }
    }),
  );

  router.get(`${at.totp}/remove`, (req, res) =>
    recent(req, res, (visitor) =>
      asked(req, res, visitor, texts.removeTitle(texts.totp), `${at.totp}/remove`, removing),
    ),
  );

  router.post(`${at.totp}/remove`, (req, res) =>
    recent(req, res, async ({ holder }) => {
      try {
        await removeTotp(ground, holder);
        frame.done(res, 'factorRemoved');
      } catch (error) {
        refused(req, res, texts.removeTitle(texts.totp), error);
      }
    }),
  );

  const newPasskey = async (req: Request, res: Response, visitor: Visitor, fault?: Fault): Promise<void> => {
    const { holder, displayName } = visitor;
    const { passkeys: known } = await factorsOf(ground.db.read, holder);
    const options = passkeyOffer(passkeys, holder, displayName, csrf.browser(req, res), known);
    const typedName = formOf(req).get('passkeyName') ?? '';
    const body = html`${alertOf(fault, ['passkeyName'])}
    ${newPasskeyView(visitor.csrf, at.passkeys, options, typedName, fault)}`;
    show(req, res, { title: texts.passkeyTitle, body, status: fault?.status ?? 200, scripts: [passkeyScript] });
  };

  router.get(at.passkeys, (req, res) => recent(req, res, (visitor) => newPasskey(req, res, visitor)));

  router.post(at.passkeys, (req, res) =>
    recent(req, res, async (visitor) => {
      const { holder } = visitor;
      const form = formOf(req);
      const where = { purpose: registerPurpose(holder), browser: csrf.browser(req, res) };
      const name = form.get('passkeyName') ?? '';
      try {
        const enrol = () => passkeys.enrol(form.get('passkey') ?? '', where, holder, name);
        added(req, res, await addFactor(ground, holder, 'CreatePasskey', enrol));
      } catch (error) {
        await newPasskey(req, res, visitor, faultOf(error));
      }
    }),
  );

  router.get(`${at.passkeys}/:passkeyId/remove`, (req, res) =>
    recent(req as Request, res, async (visitor) => {
      const factors = await factorsOf(ground.db.read, visitor.holder);
      const passkey = factors.passkeys.find(({ id }) => id === req.params.passkeyId);
      if (!passkey) throw credentialErrors('factor.notFound');
      const action = `${at.passkeys}/${passkey.id}/remove`;
      asked(req as Request, res, visitor, texts.removeTitle(passkey.name), action, removing);
    }),
  );

  router.post(`${at.passkeys}/:passkeyId/remove`, (req, res) =>
    recent(req as Request, res, async ({ holder }) => {
      try {
        await removePasskey(ground, holder, req.params.passkeyId);
        frame.done(res, 'factorRemoved');
      } catch (error) {
        refused(req as Request, res, texts.removeTitle(texts.passkeys), error);
      }
    }),
  );

  router.get(at.codes, (req, res) =>
    recent(req, res, (visitor) => asked(req, res, visitor, texts.codesTitle, at.codes, renewing)),
  );

  router.post(at.codes, (req, res) =>
    recent(req, res, async ({ holder }) => {
      try {
        added(req, res, await replaceRecoveryCodes(ground, holder));
      } catch (error) {
        refused(req, res, texts.codesTitle, error);
      }
    }),
  );
  return router;
}

interface Words {
  says: string;
  button: string;
}

const removing: Words = { says: texts.removeSays, button: texts.removeButton };
const renewing: Words = { says: texts.codesSays, button: texts.codesButton };
