import { Router } from 'express';
import { readLink, setUpAdministrator } from '../../access/administrators/set-up.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import { faultOf } from '../forms.ts';
import { queried } from '../parts.ts';
import { homePath } from '../paths.ts';
import { retryAfter } from '../show.ts';
import { browserOf, goOn } from '../sign-in/session.ts';
import type { ConsoleWeb } from '../web.ts';
import { setUpPage } from './view.ts';

/** `/setup?token=…`: an administrator sets a password by a link, once, and is signed in. */
export function setUpRoutes(web: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { ground } = web;

  router.get('/setup', async (req, res) => {
    const token = queried(req.query['token']);
    const who = await readLink(ground.db.read, token);
    const typed = { organisationName: who.organisation.name, userName: who.administrator.userName };
    sendPage(res, setUpPage({ csrf: web.csrf.token(req, res), token, who, typed }));
  });

  router.post('/setup', async (req, res) => {
    const form = formOf(req);
    const given = (name: string): string => form.get(name) ?? '';
    const token = given('token');
    const input = {
      organisationName: given('organisationName'),
      userName: given('userName'),
      password: given('password'),
      again: given('again'),
    };
    const who = await readLink(ground.db.read, token);
    try {
      const target = `${homePath}?done=setUp`;
      const from = await browserOf(web, req, res, target);
      goOn(web, res, await setUpAdministrator(ground, web.sessions, token, input, from), target);
    } catch (error) {
      const fault = faultOf(error);
      const page = setUpPage({ csrf: web.csrf.token(req, res), token, who, typed: input, fault });
      retryAfter(res, fault);
      sendPage(res, page, { status: fault.status });
    }
  });
  return router;
}
