import type { IncomingMessage } from 'node:http';
import { iso } from '../../platform/clock/clock.ts';
import { sendJson } from '../../platform/http/reply.ts';
import { getRoute, type HotRoute } from '../../platform/http/route.ts';
import { authErrors } from '../errors.ts';
import { whoIs, type Web } from '../web.ts';
import { LivePages } from './live-pages.ts';
import { overText } from './texts.ts';

/** `/session`, the check as JSON, and `/session/events`, which tells an open page that its session is over. */
export function sessionRoutes(web: Web): HotRoute[] {
  const pages = new LivePages(web);
  return [
    getRoute('session', '/session', async (req, res) => {
      refuseForeign(req);
      const who = await whoIs(web, req, 'user');
      if (!who.in) return sendJson(res, 401, refusal(who.because));
      const { id, accountId, organisationId, displayName, tier } = who.principal;
      sendJson(res, 200, {
        active: true,
        userId: id,
        accountId,
        organisationId,
        sessionId: who.session.id,
        tier,
        ...(displayName != null && { displayName }),
        expiresAt: iso(who.session.expiresAt),
      });
    }),
    {
      name: 'session events',
      matches: (method, path) => path === '/session/events' && method === 'GET',
      handle: async (req, res) => {
        refuseForeign(req);
        const because = await pages.open(req, res);
        if (because !== null) sendJson(res, 401, refusal(because));
      },
    },
  ];
}

const refusal = (because: string): Record<string, unknown> => ({ active: false, because, text: overText(because) });

/** Whether somebody is signed in is nothing that another site should learn (Fetch Metadata). @throws session.foreign */
function refuseForeign(req: IncomingMessage): void {
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw authErrors('session.foreign');
}
