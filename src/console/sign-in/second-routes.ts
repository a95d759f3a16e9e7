import type { Router } from 'express';
import { administratorSecondStep } from '../../access/administrators/signing-in/second.ts';
import { OrganisationTable } from '../../accounts/organisations/organisation.entity.ts';
import { Passkeys } from '../../auth/credentials/factors/passkeys.ts';
import { secondRoutes as routes } from '../../auth/credentials/pages/second-routes.ts';
import { enrolPath, ownTarget, secondPath, signInPath } from '../paths.ts';
import { consoleStyle } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { browserOf, forgetPending, keepSignIn, pendingOf } from './session.ts';
import { texts } from './texts.ts';

/** `/console/sign-in/second` and `/console/sign-in/enrol`: after the password, before anything else. */
export const secondRoutes = (web: ConsoleWeb): Router =>
  routes({
    ground: web.ground,
    csrf: web.csrf,
    passkeys: new Passkeys(web.ground, web.keyring, 'administrator'),
    step: administratorSecondStep(web.ground, web.sessions),
    paths: { second: secondPath, enrol: enrolPath, signIn: signInPath },
    styles: [consoleStyle],
    intro: texts.enrolIntro,
    displayName: async ({ userName, organisationId }) => {
      const organisation = await web.ground.db.read.findOneBy(OrganisationTable, { id: organisationId });
      return `${userName}, ${organisation?.name ?? ''}`;
    },
    pendingOf: (req) => pendingOf(web, req),
    browserOf: (req, res) => browserOf(web, req, res, ''),
    keep: (res, entered) => keepSignIn(web, res, entered),
    forget: (res) => forgetPending(web, res),
    ownTarget,
  });
