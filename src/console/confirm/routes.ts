import type { Router } from 'express';
import { provingAdministrator } from '../../access/administrators/signing-in/step-up.ts';
import { confirmRoutes as routes } from '../../auth/credentials/pages/confirm-routes.ts';
import { html } from '../../platform/http/pages/html.ts';
import { ownTarget } from '../paths.ts';
import { consoleFrame } from '../security/frame.ts';
import { texts } from '../security/texts.ts';
import { deviceOf, keepSession } from '../sign-in/session.ts';
import type { ConsoleWeb } from '../web.ts';

/** `/console/confirm`: a further proof, before what changes who can sign in. */
export const confirmRoutes = (web: ConsoleWeb): Router =>
  routes({
    ...consoleFrame(web),
    intro: texts.confirmIntro,
    proving: ({ administrator, session }) => provingAdministrator(web.sessions, administrator, session),
    hasPassword: () => Promise.resolve(true),
    nothing: () => html``,
    deviceOf: (req) => deviceOf(web, req),
    keep: (res, begun) => keepSession(web, res, begun),
    ownTarget,
  });
