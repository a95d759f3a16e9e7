import { Router } from 'express';
import type { Request, Response } from 'express';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Csrf } from '../../../platform/http/csrf.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { type Fault, faultOf } from '../../../platform/http/pages/forms.ts';
import { sendPage } from '../../../platform/http/pages/send.ts';
import type { Ground } from '../../../trail/ground.ts';
import { hasFactor } from '../factors/factors.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import type { Enrolment } from '../factors/proof.ts';
import { enrolTotp } from '../factors/totp.ts';
import type { Browser, Further, In } from '../signing-in/browser.ts';
import {
  type Pending,
  registerPurpose,
  type SecondAnswer,
  secondPurpose,
  type SecondStep,
} from '../signing-in/second.ts';
import { offerFor, passkeyOffer } from './offers.ts';
import { codesPage, enrolPage, type SecondPaths, secondPage, stalePage } from './second-view.ts';

/** What the pages of a second step stand on, and what is their kind's own. */
export interface SecondPages<Subject, Let extends In | Further = In> {
  ground: Ground;
  csrf: Csrf;
  passkeys: Passkeys;
  step: SecondStep<Subject, Let>;
  paths: SecondPaths;
  styles: readonly string[];
  /** Why somebody has to set one up. */
  intro: string;
  /** As an authenticator's own dialogue names them. */
  displayName: (subject: Subject) => Promise<string>;
  pendingOf: (req: Request) => string | undefined;
  browserOf: (req: Request, res: Response) => Promise<Browser>;
  /** Gives the browser its session, and takes what was pending; or gives it what is pending further on. */
  keep: (res: Response, entered: Let) => void;
  forget: (res: Response) => void;
  /** A page of their own to go on to. */
  ownTarget: (target: string) => string;
}

/** After the password, before anything else: the second factor, or setting one up. */
export function secondRoutes<Subject, Let extends In | Further = In>(pages: SecondPages<Subject, Let>): Router {
  const router = Router({ caseSensitive: true });
  const { ground, csrf, passkeys, step, paths, styles } = pages;

  const pendingIn = (req: Request, res: Response): Promise<Pending<Subject>> =>
    step.read(ground.db.read, pages.pendingOf(req), csrf.browser(req, res));

  /** What a sign-in that is over is answered with; anything else is thrown on. */
  const stale = (res: Response, error: unknown): void => {
    if (!(error instanceof CarillonError) || error.code !== 'signIn.begunElsewhere') throw error;
    pages.forget(res);
    sendPage(res, stalePage({ paths, styles }, error), { status: error.status });
  };

  const second = async (req: Request, res: Response, fault?: Fault): Promise<void> => {
    const found = await pendingIn(req, res);
    if (!hasFactor(found.factors)) return res.redirect(303, paths.enrol);
    if (fault?.retryAfter !== undefined) res.set('retry-after', String(fault.retryAfter));
    const asked = { purpose: secondPurpose(found), browser: csrf.browser(req, res) };
    const { factors } = found;
    const passkey = passkeys.party && factors.passkeys.length > 0 ? passkeys.ask(asked, factors.passkeys) : null;
    const totp = factors.totp !== null;
    const page = secondPage({ csrf: csrf.token(req, res), paths, styles, totp, passkey, fault });
    sendPage(res, page, { status: fault?.status ?? 200 });
  };

  const enrol = async (req: Request, res: Response, fault?: Fault): Promise<void> => {
    const found = await pendingIn(req, res);
    if (hasFactor(found.factors)) return res.redirect(303, paths.second);
    const { holder, subject } = found;
    const browser = csrf.browser(req, res);
    const page = enrolPage({
      csrf: csrf.token(req, res),
      paths,
      styles,
      intro: pages.intro,
      totp: await offerFor(ground, holder, formOf(req), fault),
      passkey: passkeyOffer(passkeys, holder, await pages.displayName(subject), browser, []),
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

  router.get(paths.second, (req, res) => tried(req, res, second, () => second(req, res)));
  router.get(paths.enrol, (req, res) => tried(req, res, enrol, () => enrol(req, res)));

  router.post(paths.second, (req, res) =>
    tried(req, res, second, async () => {
      const form = formOf(req);
      const passkey = form.get('passkey');
      const given: SecondAnswer = passkey === null ? { code: form.get('code') ?? '' } : { passkey };
      const done = await step.finish(passkeys, pages.pendingOf(req), given, await pages.browserOf(req, res));
      pages.keep(res, done);
      res.redirect(303, pages.ownTarget(done.target));
    }),
  );

  const enrolled = (req: Request, res: Response, work: (found: Pending<Subject>) => Promise<Enrolment>) =>
    tried(req, res, enrol, async () => {
      const done = await step.finishByEnrolling(pages.pendingOf(req), work, await pages.browserOf(req, res));
      pages.keep(res, done);
      sendPage(res, codesPage({ styles }, done.codes, pages.ownTarget(done.target)));
    });

  router.post(`${paths.enrol}/totp`, (req, res) => {
    const form = formOf(req);
    return enrolled(req, res, ({ holder }) =>
      enrolTotp(ground, holder, form.get('offered') ?? '', form.get('code') ?? ''),
    );
  });

  router.post(`${paths.enrol}/passkey`, (req, res) => {
    const form = formOf(req);
    return enrolled(req, res, ({ holder }) => {
      const asked = { purpose: registerPurpose(holder), browser: csrf.browser(req, res) };
      return passkeys.enrol(form.get('passkey') ?? '', asked, holder, form.get('passkeyName') ?? '');
    });
  });

  /** Whoever sends a form of this sign-in again, or reloads, begins anew. */
  for (const kind of ['totp', 'passkey']) {
    router.get(`${paths.enrol}/${kind}`, (_req, res) => res.redirect(303, paths.signIn));
  }
  return router;
}
