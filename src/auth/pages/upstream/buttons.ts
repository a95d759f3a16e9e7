import type { Request, Response } from 'express';
import { csrfField } from '../../../platform/http/csrf.ts';
import { type Html, html } from '../../../platform/http/pages/html.ts';
import { listUpstreams } from '../../connectors/upstream/providers.ts';
import type { Web } from '../../web.ts';
import { beginPath } from './paths.ts';
import { texts } from './texts.ts';

/**
 * A button for each provider, for people without a directory; nothing where none is configured. Whoever must prove
 * themselves anew is offered only those that can be asked for it.
 */
export async function upstreamButtons(
  web: Web,
  req: Request,
  res: Response,
  { target, maxAge }: { target: string; maxAge: number | null },
): Promise<Html | null> {
  const all = await listUpstreams(web.ground.db.read);
  const some = maxAge === null ? all : all.filter(({ kind }) => kind === 'openid');
  if (some.length === 0) return null;
  return html`<h2 class="or" id="others">${texts.or}</h2>
    ${some.map(
      ({ id, name }) =>
        html`<form method="post" action="${beginPath}/${id}">
          <input type="hidden" name="${csrfField}" value="${web.csrf.token(req, res)}" />
          <input type="hidden" name="target" value="${target}" />
          ${maxAge !== null && html`<input type="hidden" name="max_age" value="${maxAge}" />`}
          <p class="actions"><button class="quiet" type="submit">${texts.signInWith(name)}</button></p>
        </form>`,
    )}`;
}
