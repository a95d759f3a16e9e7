import express from 'express';
import type { Request, Response, Router } from 'express';
import { isNobodys } from '../../../accounts/accounts/nobodys.ts';
import { anyAccount } from '../../../accounts/accounts/accounts.ts';
import { verifiedDomainOf } from '../../../accounts/domains/domains.ts';
import { toUnicodeDomain } from '../../../accounts/domains/name.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import { reportError } from '../../../platform/http/reply.ts';
import {
  acceptedWith,
  acceptInvitation,
  type Accepting,
  offerOf,
  offerTo,
  type Offer,
} from '../../../users/invitations/accept.ts';
import { entitlement } from '../../../users/entitlement/entitlement.ts';
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

/**
 * By the token in the mail, which proves the address; or, good only for whoever is signed in with that address, by its
 * hash, or by the invitation's id on their own page.
 */
type By = Accepting['by'];

const longest = 128;

function byOf(given: URLSearchParams): By {
  const [token, tokenHash, invitationId] = ['token', 'invited', 'id'].map((name) => given.get(name)?.slice(0, longest));
  if (token !== undefined) return { token };
  if (tokenHash !== undefined) return { tokenHash };
  return invitationId === undefined ? { token: '' } : { invitationId };
}

function fieldsOf(by: By): Record<string, string> {
  if ('token' in by) return by;
  return 'tokenHash' in by ? { invited: by.tokenHash } : { id: by.invitationId };
}

const linkOf = (by: By): string => `${path}?${new URLSearchParams(fieldsOf(by)).toString()}`;
/** Without the token, as it may be kept. */
const hidden = (by: By): By => ('token' in by ? { tokenHash: hashToken(by.token) } : by);
const addressFor = (by: By): string => linkOf(hidden(by));

/** Where somebody who is signed in looks at an invitation of theirs. */
export const offerPath = (invitationId: string): string => linkOf({ invitationId });

/** `/invitation`: the link of an invitation, which leads to the account by what somebody has, or by registering. */
export function invitationRoutes(web: Web): Router {
  const { ground, sessions, upstairs } = web;
  const router = express.Router({ caseSensitive: true });
  const takeChoice = createChoiceLimits(ground, 'invited');

  const show = async (req: Request, res: Response, by: By, refused?: CarillonError): Promise<void> => {
    try {
      const who = await whoIs(web, req, 'user');
      if (!who.in && !('token' in by)) {
        return res.redirect(303, `/signin?${new URLSearchParams({ target: addressFor(by) }).toString()}`);
      }
      const offer = await offerBy(web, by, who.in ? who : null);
      const claim = await verifiedDomainOf(ground.db.read, offer.invitation.address);
      if (claim && claim.accountId !== offer.account.id) return sendClaimed(web, req, res, offer, claim.name);
      const page = who.in ? await forPerson(web, offer, by, who) : await forStranger(web, req, offer, by);
      const lead = [texts.lead(offer.account.name), texts.asWhom(offer.invitation.address), ...(page.lead ?? [])];
      sendForm(web, req, res, { ...page, title: texts.title, lead, refused });
    } catch (error) {
      if (!(error instanceof CarillonError) || error.status >= 500 || req.accepts(['html', 'json']) === 'json')
        throw error;
      reportError(ground.log, error);
      await showRefused(req, res, by, error);
    }
  };

  /** Whoever opens the mail again has accepted already: that is no fault. */
  const showRefused = async (req: Request, res: Response, by: By, refused: CarillonError): Promise<void> => {
    const who = await whoIs(web, req, 'user');
    const acceptedBy = 'invitationId' in by ? null : await acceptedWith(ground.db.read, by);
    const links = [who.in ? { href: '/me', text: texts.back } : { href: '/', text: ownTexts.signIn }];
    if (acceptedBy === null || refused.code !== 'invitation.over') {
      return sendForm(web, req, res, { title: texts.title, refused, links });
    }
    if (who.in && who.principal.id === acceptedBy) return res.redirect(303, '/me');
    sendForm(web, req, res, { title: texts.title, lead: [texts.accepted], links, status: refused.status });
  };

  router.get(path, (req, res) => show(req, res, byOf(addressOf(ground.config.publicUrl, req).searchParams)));

  router.post(path, async (req, res) => {
    const form = formOf(req);
    const by = byOf(form);
    const who = await whoIs(web, req, 'user');
    if (!who.in) return show(req, res, by);
    const { id: userId, organisationId, accountId } = who.principal;
    const scope = { organisationId, accountId: accountId ?? '' };
    const leave = form.get('leave') === 'yes';
    if (leave && !provedLately(who.session)) {
      const target = addressFor(by);
      return res.redirect(303, `${confirmPath}?${new URLSearchParams({ target }).toString()}`);
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

/** Whose domain a company has claimed since belongs to it, and finds the way in there. */
function sendClaimed(web: Web, req: Request, res: Response, { invitation: { address } }: Offer, domain: string): void {
  const query = new URLSearchParams({ login_hint: address });
  sendForm(web, req, res, {
    title: texts.title,
    lead: [texts.asWhom(address), texts.claimed(toUnicodeDomain(domain))],
    links: [
      { href: `/signin?${query.toString()}`, text: ownTexts.signIn },
      { href: `/register?${new URLSearchParams({ email: address }).toString()}`, text: ownTexts.register.title },
    ],
    status: 403,
  });
}

/** @throws invitation.over, also for who is not signed in as the person of that id's address */
async function offerBy({ ground }: Web, by: By, who: SignedIn | null): Promise<Offer> {
  const { read } = ground.db;
  if (!('invitationId' in by)) return offerOf(read, by);
  const user = who && (await read.findOneBy(UserTable, { id: who.principal.id }));
  return offerTo(read, user?.primaryAddressKey ?? '', by.invitationId);
}

/** To somebody who is signed in: to join, if the invitation is for them, and they may leave where they are. */
async function forPerson(
  { ground }: Web,
  { invitation, account }: Offer,
  by: By,
  { principal }: SignedIn,
): Promise<Omit<FormPage, 'title'>> {
  const { read } = ground.db;
  const user = await read.findOneBy(UserTable, { id: principal.id });
  if (user?.primaryAddressKey !== invitation.addressKey) {
    return {
      lead: [texts.otherPerson(user?.primaryAddress ?? '')],
      form: { action: '/me/sign-out', hidden: { target: linkOf(by) }, button: texts.signOut },
      links: [{ href: '/me', text: texts.back }],
    };
  }
  const here = await anyAccount(read, user.organisationId, user.accountId);
  const isTrial = (await entitlement(read, user.id)).because.some(({ kind }) => kind === 'trial');
  const leaves = !isNobodys({ accountId: here.id }) && here.id !== account.id;
  return {
    lead: [...(leaves ? [texts.leaves(here.name)] : []), texts.gives(account.defaultLicence, isTrial)],
    form: {
      action: path,
      hidden: { ...fieldsOf(hidden(by)), ...(leaves && { leave: 'yes' }) },
      button: texts.accept(account.name),
    },
  };
}

/** To somebody who is not: the link has proved the address, so it may be said whether it is registered. */
async function forStranger(
  { ground }: Web,
  req: Request,
  { invitation }: Offer,
  by: By,
): Promise<Omit<FormPage, 'title'>> {
  const { address, addressKey } = invitation;
  if ((await knownAt(ground.db.read, addressKey)) === 'somebody') {
    const query = new URLSearchParams({ login_hint: address, target: addressFor(by) });
    return { links: [{ href: `/signin?${query.toString()}`, text: texts.signIn }] };
  }
  return {
    lead: [texts.register, usernameField(address)],
    form: {
      action: registerPath,
      hidden: fieldsOf(by),
      fields: chosenFields(formOf(req).get('name') ?? ''),
      button: texts.registerButton,
    },
  };
}
