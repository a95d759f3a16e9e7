import { Router } from 'express';
import type { Request, Response } from 'express';
import { listAdministrators } from '../../access/administrators/manage.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { canSendMail } from '../../platform/mail/settings.ts';
import { parseAddresses } from '../../users/invitations/addresses.ts';
import { listInvitations } from '../../users/invitations/invitations.ts';
import { type Invited, invitePeople, resendInvitation, revokeInvitation } from '../../users/invitations/invite.ts';
import { type Fault, faultOf } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { queried } from '../parts.ts';
import { done, retryAfter, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { invitationsView } from './view.ts';

const pageSize = 50;

/** `/console/accounts/{id}/invitations`: people are invited into a team account (the guide, "Invite and Remove Users"). */
export function invitationRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, trail, config } = ground;
  const path = '/console/accounts/:accountId/invitations' as const;

  const page = async (
    req: Request,
    res: Response,
    said: { outcome?: Invited[]; typed?: string; fault?: Fault } = {},
  ): Promise<void> => {
    const place = placeOf(req);
    const { organisationId, accountId } = place.scope;
    const before = queried(req.query['before']);
    const [{ invitations, more }, administrators] = await Promise.all([
      listInvitations(db.read, { accountId, before, limit: pageSize }),
      listAdministrators(db.read, organisationId),
    ]);
    const names = new Map(administrators.map(({ id, userName }) => [id, userName]));
    const sendsMail = canSendMail(config);
    const body = invitationsView({ place, invitations, more, paged: before !== '', sendsMail, names, ...said });
    retryAfter(res, said.fault);
    show(req, res, { title: texts.title, part: 'invitations', body, status: said.fault?.status ?? 200 });
  };

  router.get(path, async (req, res) => {
    trail.observed({ eventName: 'ListInvitations', ...placeOf(req as Request).scope });
    await page(req as Request, res);
  });

  router.post(path, async (req, res) => {
    const { scope, visit } = placeOf(req as Request);
    const typed = formOf(req as Request).get('addresses') ?? '';
    try {
      const outcome = await invitePeople(ground, scope, parseAddresses(typed), { by: visit.administrator.id });
      const refused = outcome.filter(({ error }) => error !== null).map(({ address }) => address);
      await page(req as Request, res, { outcome, typed: refused.join('\n') });
    } catch (error) {
      await page(req as Request, res, { typed, fault: faultOf(error) });
    }
  });

  router.post(`${path}/:invitationId/resend`, async (req, res) => {
    const { scope, base, visit } = placeOf(req as Request);
    try {
      await resendInvitation(ground, scope, req.params.invitationId, { by: visit.administrator.id });
      done(res, `${base}/invitations`, 'invitationSent');
    } catch (error) {
      await page(req as Request, res, { fault: faultOf(error) });
    }
  });

  router.post(`${path}/:invitationId/revoke`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    await revokeInvitation(ground, scope, req.params.invitationId);
    done(res, `${base}/invitations`, 'invitationRevoked');
  });
  return router;
}
