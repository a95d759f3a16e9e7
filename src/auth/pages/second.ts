import type { Router } from 'express';
import { Passkeys } from '../credentials/factors/passkeys.ts';
import type { Further, In } from '../credentials/signing-in/browser.ts';
import { secondRoutes as routes } from '../credentials/pages/second-routes.ts';
import { type Proved, personSecondStep } from '../people/second-step.ts';
import type { Web } from '../web.ts';
import { browserOf, forgetPending, keepSignIn, pendingOf, secondPath } from './enter.ts';
import { texts } from './security/texts.ts';
import { ownPath } from './target.ts';

/** `/signin/second` and `/signin/enrol`: after a password, before anything else. */
export const secondRoutes = (web: Web): Router =>
  routes<Proved, In | Further>({
    ground: web.ground,
    csrf: web.csrf,
    passkeys: new Passkeys(web.ground, web.keyring, 'user'),
    step: personSecondStep(web.ground, web.sessions),
    paths: { second: secondPath, enrol: '/signin/enrol', signIn: '/signin' },
    styles: [],
    intro: texts.enrolIntro,
    displayName: ({ user }) => Promise.resolve(user.displayName || user.primaryAddress),
    pendingOf: (req) => pendingOf(web, req),
    browserOf: (req, res) => browserOf(web, req, res),
    keep: (res, entered) => keepSignIn(web, res, entered),
    forget: (res) => forgetPending(web, res),
    ownTarget: (target) => ownPath(target, web.ground.config.publicUrl),
  });
