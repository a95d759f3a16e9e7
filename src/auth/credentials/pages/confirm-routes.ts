import { Router } from 'express';
import type { Request, Response } from 'express';
import { formOf } from '../../../platform/http/pages/app.ts';
import { type Fault, faultOf } from '../../../platform/http/pages/forms.ts';
import type { Html } from '../../../platform/http/pages/html.ts';
import type { Session } from '../../sessions/session.entity.ts';
import { factorsOf } from '../factors/factors.ts';
import { type ProofAnswer, type Proving, StepUp, stepUpPurpose } from '../signing-in/step-up.ts';
import { confirmView } from './confirm-view.ts';
import type { CredentialFrame, Visitor } from './frame.ts';
import { passkeyScript } from './passkey-form.ts';
import { texts } from './texts.ts';

/** What is a kind's own about a further proof. */
export interface ConfirmFrame<V extends Visitor> extends CredentialFrame<V> {
  /** Why it is asked. */
  intro: string;
  proving: (visitor: V) => Proving;
  hasPassword: (visitor: V) => Promise<boolean>;
  /** What is said to those who have nothing to prove themselves by. */
  nothing: (visitor: V, target: string) => Html | Promise<Html>;
  deviceOf: (req: Request) => string | undefined;
  keep: (res: Response, begun: { session: Session; token: string }) => void;
  /** A page of their own to go on to. */
  ownTarget: (target: string | null) => string;
}

/** The page that asks for a further proof, before what changes who can sign in. */
export function confirmRoutes<V extends Visitor>(frame: ConfirmFrame<V>): Router {
  const router = Router({ caseSensitive: true });
  const { ground, csrf, passkeys, confirmPath } = frame;
  const stepUp = new StepUp(ground, passkeys);

  const ask = async (req: Request, res: Response, visitor: V, target: string, fault?: Fault): Promise<void> => {
    const { holder, session } = visitor;
    const factors = await factorsOf(ground.db.read, holder);
    const asked = { purpose: stepUpPurpose(session), browser: csrf.browser(req, res) };
    const passkey = passkeys.party && factors.passkeys.length > 0 ? passkeys.ask(asked, factors.passkeys) : null;
    if (fault?.retryAfter !== undefined) res.set('retry-after', String(fault.retryAfter));
    const totp = factors.totp !== null;
    const password = await frame.hasPassword(visitor);
    const view = {
      csrf: visitor.csrf,
      action: confirmPath,
      target,
      intro: frame.intro,
      password,
      totp,
      passkey,
      fault,
    };
    const body = password || totp || passkey ? confirmView(view) : await frame.nothing(visitor, target);
    frame.show(req, res, { title: texts.confirm, body, status: fault?.status ?? 200, scripts: [passkeyScript] });
  };

  router.get(confirmPath, async (req, res) => {
    const visitor = await frame.visit(req, res);
    const { target } = req.query;
    if (visitor) await ask(req, res, visitor, frame.ownTarget(typeof target === 'string' ? target : null));
  });

  router.post(confirmPath, async (req, res) => {
    const visitor = await frame.visit(req, res);
    if (!visitor) return;
    const form = formOf(req);
    const target = frame.ownTarget(form.get('target'));
    try {
      const browser = { browser: csrf.browser(req, res), device: frame.deviceOf(req) };
      frame.keep(res, await stepUp.prove(frame.proving(visitor), answerOf(form), browser));
    } catch (error) {
      await ask(req, res, visitor, target, faultOf(error));
      return;
    }
    res.redirect(303, target);
  });
  return router;
}

function answerOf(form: URLSearchParams): ProofAnswer {
  const given = (name: string): string => form.get(name) ?? '';
  if (form.has('passkey')) return { passkey: given('passkey') };
  return form.has('password') ? { password: given('password') } : { code: given('code') };
}
