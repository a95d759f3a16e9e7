import express from 'express';
import type { Request, Response, Router } from 'express';
import { isNobodys } from '../../../accounts/accounts/nobodys.ts';
import { anyAccount } from '../../../accounts/accounts/accounts.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import { reportError } from '../../../platform/http/reply.ts';
import { acceptInvitation, offerOf, type Offer } from '../../../users/invitations/accept.ts';
import { UserTable } from '../../../users/user.entity.ts';
import { provedLately } from '../../credentials/signing-in/step-up.ts';
import { registerByInvitation } from '../../own/accept.ts';
import { knownAt } from '../../own/logins.ts';
import { type SignedIn, type Web, whoIs } from '../../web.ts';
import { browserOf, goOn } from '../enter.ts';
import { addressOf } from '../query.ts';
import { invitationPath } from '../target.ts';
import { confirmPath } from '../security/frame.ts';
import { type FormPage, sendForm, tried } from './form-page.ts';
import { createChoiceLimits } from './limits.ts';
import { chosenFields, typedRegistration, usernameField } from './parts.ts';
import { ownTexts } from './texts.ts';

const path = invitationPath;
const registerPath = '/invitation/register';
const texts = ownTexts.invitation;

/** `/invitation`: the link of an invitation, which leads to the account by what somebody has, or by registering. */
export function invitationRoutes(web: Web): Router {
  const { ground, sessions, upstairs } = web;
  const router = express.Router({ caseSensitive: true });
  const takeChoice = createChoiceLimits(ground, 'invited');

  const show = async (req: Request, res: Response, by: Link, refused?: CarillonError): Promise<void> => {
    try {
      const who = await whoIs(web, req, 'user');
      if (!who.in && 'tokenHash' in by) return res.redirect(303, signInFor(by.tokenHash));
      const offer = await offerOf(ground.db.read, by);
      const token = 'token' in by ? by.token : '';
      const page = who.in ? await forPerson(web, offer, by, who) : await forStranger(web, req, offer, token);
      const lead = [texts.lead(offer.account.name), texts.asWhom(offer.invitation.address), ...(page.lead ?? [])];
      sendForm(web, req, res, { ...page, title: texts.title, lead, refused });
    } catch (error) {
      if (!(error instanceof CarillonError) || error.status >= 500 || req.accepts(['html', 'json']) === 'json')
        throw error;
      reportError(ground.log, error);
      const links = [{ href: '/', text: ownTexts.signIn }];
      sendForm(web, req, res, { title: texts.title, refused: error, links });
    }
  };

  router.get(path, (req, res) => show(req, res, linkOf(addressOf(ground.config.publicUrl, req).searchParams)));

  router.post(path, async (req, res) => {
    const form = formOf(req);
    const by = linkOf(form);
    const who = await whoIs(web, req, 'user');
    if (!who.in) return show(req, res, by);
    const { id: userId, organisationId, accountId } = who.principal;
    const scope = { organisationId, accountId: accountId ?? '' };
    const leave = form.get('leave') === 'yes';
    if (leave && !provedLately(who.session)) {
      const query = new URLSearchParams({ target: targetOf(hashOf(by)) });
      return res.redirect(303, `${confirmPath}?${query.toString()}`);
    }
    const accept = async (): Promise<void> => {
      await acceptInvitation(ground, upstairs, { userId, scope, by, leave });
      res.redirect(303, '/me');
    };
    await tried(web, req, accept, (refused) => show(req, res, by, refused));
  });

  /** Whoever loads the page of a refused form anew begins anew. */
  router.get(registerPath, (_req, res) => res.redirect(303, '/signin'));

  router.post(registerPath, async (req, res) => {
    const form = formOf(req);
    const token = (form.get('token') ?? '').slice(0, 128);
    const register = async (): Promise<void> => {
      await takeChoice(token);
      const from = await browserOf(web, req, res);
      const { entered, target } = await registerByInvitation(ground, sessions, token, typedRegistration(form), from);
      goOn(web, res, entered, target);
    };
    await tried(web, req, register, (refused) => show(req, res, { token }, refused));
  });
  return router;
}

/** The token of a mail, which proves the address; or its hash, good only for whoever has that address and is signed in. */
type Link = { token: string } | { tokenHash: string };

function linkOf(given: URLSearchParams): Link {
  const invited = given.get('invited');
  return invited === null ? { token: (given.get('token') ?? '').slice(0, 128) } : { tokenHash: invited.slice(0, 128) };
}

const hashOf = (by: Link): string => ('token' in by ? hashToken(by.token) : by.tokenHash);
const targetOf = (invited: string): string => `${path}?${new URLSearchParams({ invited }).toString()}`;
const signInFor = (invited: string, hint: Record<string, string> = {}): string =>
  `/signin?${new URLSearchParams({ ...hint, target: targetOf(invited) }).toString()}`;

/** To somebody who is signed in: to join, if the invitation is for them, and they may leave where they are. */
async function forPerson(
  { ground }: Web,
  { invitation, account }: Offer,
  by: Link,
  { principal }: SignedIn,
): Promise<Omit<FormPage, 'title'>> {
  const { read } = ground.db;
  const user = await read.findOneBy(UserTable, { id: principal.id });
  if (user?.primaryAddressKey !== invitation.addressKey) {
    const links = [{ href: '/me', text: ownTexts.me.part }];
    return { lead: [texts.otherPerson(user?.primaryAddress ?? '')], links };
  }
  const here = await anyAccount(read, user.organisationId, user.accountId);
  const leaves = !isNobodys({ accountId: here.id }) && here.id !== account.id;
  return {
    lead: leaves ? [texts.leaves(here.name)] : [],
    form: {
      action: path,
      hidden: { invited: hashOf(by), ...(leaves && { leave: 'yes' }) },
      button: texts.accept(account.name),
    },
  };
}

/** To somebody who is not: the link has proved the address, so it may be said whether it is registered. */
async function forStranger(
  { ground }: Web,
  req: Request,
  { invitation }: Offer,
  token: string,
): Promise<Omit<FormPage, 'title'>> {
  const { address, addressKey } = invitation;
  if ((await knownAt(ground.db.read, addressKey)) === 'somebody') {
    return { links: [{ href: signInFor(hashToken(token), { login_hint: address }), text: texts.signIn }] };
  }
  return {
    lead: [texts.register, usernameField(address)],
    form: {
      action: registerPath,
      hidden: { token },
      fields: chosenFields(formOf(req).get('name') ?? ''),
      button: texts.registerButton,
    },
  };
}
