import express from 'express';
import type { Request, Response, Router } from 'express';
import { BindTimes } from '../../directory/ldap/sign-in/bind-times.ts';
import { PasswordMustChange } from '../../directory/ldap/sign-in/errors.ts';
import { LockoutPolicies } from '../../directory/ldap/sign-in/lockout.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { reportError } from '../../platform/http/reply.ts';
import { personal } from '../../trail/people/personal.ts';
import { personMeant } from '../../users/meant.ts';
import {
  type AtDirectory,
  changeAtDirectory,
  proveAtDirectory,
  provedButForPassword,
  type Prover,
  type Typed,
} from '../connectors/ldap/prove.ts';
import { directoryFor } from '../discovery/route.ts';
import { wantsPassword } from '../people/pending.ts';
import { newPasswordPath } from '../people/proof.ts';
import type { Web } from '../web.ts';
import { deviceOf, enter, pendingOf } from './enter.ts';
import { isNewPasswordNote, newPasswordNote } from './new-password-note.ts';
import { type PasswordPage, sendNewPassword, sendPassword } from './password-page.ts';
import { answerRefusal } from './refusal-page.ts';
import { sendSignIn } from './signin-page.ts';
import { ownPath } from './target.ts';
import { texts } from './texts.ts';

/** As much of what was typed as is looked at, and shown again. */
const longest = 320;

/** Refusals that the form itself can mend: the person sees them where they typed. */
const onTheForm = new Set(['signIn.wrongCredentials', 'signIn.tooManyGuesses']);
const onTheNewForm = new Set([...onTheForm, 'signIn.passwordRefused', 'signIn.passwordNotChangeable']);

/** A sign-in at a company's directory: name and password, and another password where the directory wants one. */
export function passwordRoutes(web: Web, limit: () => Promise<void>): Router {
  const prover: Prover = {
    ground: web.ground,
    ldap: web.ldap,
    lockouts: new LockoutPolicies(),
    times: new BindTimes(),
  };
  const router = express.Router({ caseSensitive: true });

  const wantedOf = (req: Request, res: Response, { directory }: AtDirectory, { name }: PasswordPage) => ({
    directoryId: directory.id,
    name,
    browser: web.csrf.browser(req, res),
  });

  /** Where a second factor is asked for, it is asked before another password is chosen. */
  const provedOr = async (at: AtDirectory, { email, target }: PasswordPage, typed: Typed) => {
    try {
      return await proveAtDirectory(prover, at, typed, target);
    } catch (error) {
      if (!(error instanceof PasswordMustChange) || at.directory.secondFactorSince === null) throw error;
      return provedButForPassword(prover, at, error, target, { name: typed.name, email });
    }
  };

  router.post('/signin/password', async (req, res) => {
    await limit();
    const { asked, at, password } = await read(web, req);
    if (!at) return sendSignIn(web, req, res, { target: asked.target, unknown: asked.email });
    try {
      await enter(web, req, res, await provedOr(at, asked, { name: asked.name, password, device: deviceOf(web, req) }));
    } catch (error) {
      const refusal = await refused(web, req, at, asked, error);
      if (refusal.code === 'signIn.passwordMustChange') {
        const note = newPasswordNote(web.ground, wantedOf(req, res, at, asked));
        sendNewPassword(web, req, res, { ...asked, note });
      } else if (onTheForm.has(refusal.code)) sendPassword(web, req, res, withRefusal(asked, refusal));
      else await answerRefusal(web, req, res, refusal, at.connection);
    }
  });

  /** Who has shown their second factor in this browser, and is to choose another password. */
  const wanting = (req: Request, res: Response) =>
    wantsPassword(web.ground.db.read, pendingOf(web, req), web.csrf.browser(req, res));

  router.get(newPasswordPath, async (req, res) => {
    const found = await wanting(req, res);
    const at = found && (await directoryFor(web.ground.db.read, found.proof.newPassword.email));
    if (!found || !at) return res.redirect(303, '/signin');
    const asked: PasswordPage = { ...found.proof.newPassword, target: found.proof.target };
    sendNewPassword(web, req, res, { ...asked, note: newPasswordNote(web.ground, wantedOf(req, res, at, asked)) });
  });

  router.post(newPasswordPath, async (req, res) => {
    await limit();
    const { asked, at, password, newPassword, again } = await read(web, req);
    if (!at) return sendSignIn(web, req, res, { target: asked.target, unknown: asked.email });
    const found = await wanting(req, res);
    const isTheirs = found?.proof.connection.id === at.connection.id && found.proof.newPassword.name === asked.name;
    const shown = found && isTheirs ? { pending: found.pending, provedBy: found.proof.shown ?? '' } : null;
    // Only straight after the directory has asked for it; else the present password is to be typed again.
    const isGood = isNewPasswordNote(web.ground, wantedOf(req, res, at, asked), asked.note ?? '');
    if (!isGood || (at.directory.secondFactorSince !== null && !shown)) {
      return sendPassword(web, req, res, { ...asked, refused: texts.newPassword.tooLate, status: 400 });
    }
    if (newPassword !== again) {
      const differs = { refused: texts.newPassword.differs, status: 400 };
      return sendNewPassword(web, req, res, { ...asked, ...differs });
    }
    try {
      const device = deviceOf(web, req);
      const { name, target } = asked;
      await changeAtDirectory(prover, at, { name, password, device }, newPassword);
      const proof = await proveAtDirectory(prover, at, { name, password: newPassword, device }, target);
      if (found && shown && found.proof.subject === proof.subject)
        await enter(web, req, res, { ...proof, amr: found.proof.amr }, shown);
      else await enter(web, req, res, proof);
    } catch (error) {
      const refusal = await refused(web, req, at, asked, error);
      if (onTheNewForm.has(refusal.code)) sendNewPassword(web, req, res, withRefusal(asked, refusal));
      else await answerRefusal(web, req, res, refusal, at.connection);
    }
  });

  return router;
}

async function read(web: Web, req: Request) {
  const { ground } = web;
  const form = formOf(req);
  const email = (form.get('email') ?? '').trim().slice(0, longest);
  const asked: PasswordPage = {
    email,
    name: (form.get('name') ?? '').slice(0, longest + 1), // one too many is refused, not cut to somebody else's
    note: form.get('note') ?? '',
    target: ownPath(form.get('target'), ground.config.publicUrl),
  };
  const at = await directoryFor(ground.db.read, email);
  const [password, newPassword, again] = ['password', 'newPassword', 'again'].map((name) => form.get(name) ?? '');
  return { asked, at, password: password!, newPassword: newPassword!, again: again! };
}

const withRefusal = (asked: PasswordPage, { message, status }: CarillonError): PasswordPage => ({
  ...asked,
  refused: message,
  status,
});

/** Writes a refusal into the log and the trail, where the cause is, which the person is not told. @throws what is none */
async function refused(
  { ground }: Web,
  req: Request,
  { connection }: AtDirectory,
  { name }: PasswordPage,
  error: unknown,
): Promise<CarillonError> {
  if (!(error instanceof CarillonError)) throw error;
  reportError(ground.log, error);
  const { organisationId, accountId, id: directoryId } = connection;
  const shown = name.slice(0, longest).replaceAll(/\p{Cc}/gu, '\u{fffd}'); // PostgreSQL takes no NUL
  const about = await personMeant(ground.db.read, { organisationId, accountId }, shown);
  ground.trail.refused(
    {
      eventName: 'SignIn',
      organisationId,
      accountId,
      ...(about !== undefined && { about }),
      requestParameters: {
        accountId,
        directoryId,
        userName: personal(shown),
        cause: /^\w+/.exec(error.detail ?? '')?.[0] ?? error.code,
      },
    },
    error,
  );
  return error;
}
