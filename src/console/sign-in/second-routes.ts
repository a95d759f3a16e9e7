import { Router } from 'express';
import type { Request, Response } from 'express';
import { Passkeys } from '../../access/administrators/factors/passkeys.ts';
import { hasFactor } from '../../access/administrators/factors/factors.ts';
import { enrolTotp } from '../../access/administrators/factors/totp.ts';
import { type Pending, readPending } from '../../access/administrators/signing-in/pending.ts';
import {
  finishByEnrolling,
  finishSignIn,
  type SecondAnswer,
  secondPurpose,
} from '../../access/administrators/signing-in/second.ts';
import { OrganisationTable } from '../../accounts/organisations/organisation.entity.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import { type Fault, faultOf } from '../forms.ts';
import { ownTarget, secondPath, enrolPath, signInPath } from '../paths.ts';
import { offerFor, passkeyOffer } from '../security/offers.ts';
import { retryAfter } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { browserOf, forgetPending, keepSignIn, pendingOf } from './session.ts';
import { codesPage, enrolPage, secondPage, stalePage } from './second-view.ts';

/** `/console/sign-in/second` and `/console/sign-in/enrol`: after the password, before anything else. */
export function secondRoutes(web: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { ground, sessions } = web;
  const passkeys = new Passkeys(ground, web.keyring);

  const pendingIn = (req: Request, res: Response): Promise<Pending> =>
    readPending(ground.db.read, pendingOf(web, req), web.csrf.browser(req, res));

  /** What a sign-in that is over is answered with; anything else is thrown on. */
  const stale = (res: Response, error: unknown): void => {
    if (!(error instanceof CarillonError) || error.code !== 'signIn.begunElsewhere') throw error;
    forgetPending(web, res);
    sendPage(res, stalePage(error), { status: error.status });
  };

  const second = async (req: Request, res: Response, fault?: Fault): Promise<void> => {
    const found = await pendingIn(req, res);
    if (!hasFactor(found.factors)) return res.redirect(303, enrolPath);
    retryAfter(res, fault);
    const asked = { purpose: secondPurpose(found), browser: web.csrf.browser(req, res) };
    const { factors } = found;
    const passkey = passkeys.party && factors.passkeys.length > 0 ? passkeys.ask(asked, factors.passkeys) : null;
    const page = secondPage({ csrf: web.csrf.token(req, res), totp: factors.totp !== null, passkey, fault });
    sendPage(res, page, { status: fault?.status ?? 200 });
  };

  const enrol = async (req: Request, res: Response, fault?: Fault): Promise<void> => {
    const found = await pendingIn(req, res);
    if (hasFactor(found.factors)) return res.redirect(303, secondPath);
    const { administrator } = found;
    const organisation = await ground.db.read.findOneBy(OrganisationTable, { id: administrator.organisationId });
    const browser = web.csrf.browser(req, res);
    const page = enrolPage({
      csrf: web.csrf.token(req, res),
      totp: await offerFor(ground, administrator, formOf(req), fault),
      passkey: passkeyOffer(passkeys, administrator, organisation?.name ?? '', browser, []),
      typedName: formOf(req).get('passkeyName') ?? '',
      fault,
    });
    sendPage(res, page, { status: fault?.status ?? 200 });
  };

  /** Runs a step; a refusal is shown on its page, and one that ends the sign-in on a page of its own. */
  const tried = async (
    req: Request,
    res: Response,
    again: typeof second,
    work: () => Promise<unknown>,
  ): Promise<void> => {
    try {
      try {
        await work();
      } catch (error) {
        const fault = faultOf(error);
        if (fault.code === 'signIn.begunElsewhere') throw fault;
        await again(req, res, fault);
      }
    } catch (error) {
      stale(res, error);
    }
  };

  router.get(secondPath, (req, res) => tried(req, res, second, () => second(req, res)));
  router.get(enrolPath, (req, res) => tried(req, res, enrol, () => enrol(req, res)));

  router.post(secondPath, (req, res) =>
    tried(req, res, second, async () => {
      const form = formOf(req);
      const passkey = form.get('passkey');
      const given: SecondAnswer = passkey === null ? { code: form.get('code') ?? '' } : { passkey };
      const from = await browserOf(web, req, res, '');
      const done = await finishSignIn(ground, sessions, passkeys, pendingOf(web, req), given, from);
      keepSignIn(web, res, done);
      res.redirect(303, ownTarget(done.target));
    }),
  );

  const enrolled = async (
    req: Request,
    res: Response,
    work: Parameters<typeof finishByEnrolling>[3],
  ): Promise<void> => {
    const from = await browserOf(web, req, res, '');
    const done = await finishByEnrolling(ground, sessions, pendingOf(web, req), work, from);
    keepSignIn(web, res, done);
    sendPage(res, codesPage(done.codes, ownTarget(done.target)));
  };

  router.post(`${enrolPath}/totp`, (req, res) =>
    tried(req, res, enrol, () => {
      const form = formOf(req);
      return enrolled(req, res, ({ administrator }) =>
        enrolTotp(ground, administrator, form.get('offered') ?? '', form.get('code') ?? ''),
      );
    }),
  );

  router.post(`${enrolPath}/passkey`, (req, res) =>
    tried(req, res, enrol, () => {
      const form = formOf(req);
      return enrolled(req, res, ({ administrator }) => {
        const asked = { purpose: `register:${administrator.id}`, browser: web.csrf.browser(req, res) };
        return passkeys.enrol(form.get('passkey') ?? '', asked, administrator, form.get('passkeyName') ?? '');
      });
    }),
  );

  /** Whoever sends a form of this sign-in again, or reloads, begins anew. */
  for (const kind of ['totp', 'passkey']) {
    router.get(`${enrolPath}/${kind}`, (_req, res) => res.redirect(303, signInPath));
  }
  return router;
}
