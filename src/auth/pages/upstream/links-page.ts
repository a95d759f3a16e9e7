import type { Request, Response } from 'express';
import { iso } from '../../../platform/clock/clock.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { csrfField } from '../../../platform/http/csrf.ts';
import { type Html, html } from '../../../platform/http/pages/html.ts';
import { page } from '../../../platform/http/pages/layout.ts';
import { sendPage } from '../../../platform/http/pages/send.ts';
import type { User } from '../../../users/user.entity.ts';
import type { UpstreamLink } from '../../connectors/upstream/link.entity.ts';
import { linksOf, requireOwn } from '../../connectors/upstream/links.ts';
import { listUpstreams } from '../../connectors/upstream/providers.ts';
import type { Upstream } from '../../connectors/upstream/upstream.entity.ts';
import { hasOtherWay } from '../../connectors/upstream/ways.ts';
import type { Web } from '../../web.ts';
import { formTargets } from '../signin-page.ts';
import { linksPath } from './paths.ts';
import { texts } from './texts.ts';

const words = texts.links;

/** A row of the page. */
interface Way {
  upstream: Upstream;
  link: UpstreamLink | null;
  /** Without which the person could not sign in any more. */
  isLast: boolean;
}

/** The page of a person's ways to sign in. */
export async function sendLinks(web: Web, req: Request, res: Response, user: User): Promise<void> {
  const { read } = web.ground.db;
  const mayLink = await requireOwn(read, user).then(
    () => true,
    (error: unknown) => {
      if (error instanceof CarillonError) return false;
      throw error;
    },
  );
  const links = await linksOf(read, user.id);
  const ways: Way[] = [];
  for (const upstream of mayLink ? await listUpstreams(read) : []) {
    const link = links.find(({ providerId }) => providerId === upstream.id) ?? null;
    ways.push({ upstream, link, isLast: link !== null && !(await hasOtherWay(read, user.id, upstream.id)) });
  }
  const csrf = web.csrf.token(req, res);
  const body = html`<h1>${words.title}</h1>
    ${doneOf(req, ways)}
    ${
      ways.length === 0
        ? html`<p>${mayLink ? words.none : words.directory}</p>`
        : html`<p id="ways-lead">${words.lead}</p>
            ${tableOf(ways, csrf)}`
    }
    <p class="actions"><a class="button quiet" href="/me">${words.back}</a></p>`;
  sendPage(res, page({ title: words.title, body }), { formAction: formTargets(web) });
}

/** What was done just now, of a provider that there is: nothing else of an address is shown. */
function doneOf(req: Request, ways: readonly Way[]): Html | null {
  const { searchParams } = new URL(req.originalUrl, 'http://x');
  const named = (what: string): Way | undefined => ways.find(({ upstream }) => upstream.id === searchParams.get(what));
  const [linked, unlinked] = [named('linked'), named('unlinked')];
  if (linked?.link) return flash(words.linked(linked.upstream.name));
  return unlinked && !unlinked.link ? flash(words.unlinked(unlinked.upstream.name)) : null;
}

const flash = (text: string): Html => html`<p class="flash good" role="status">${text}</p>`;

const tableOf = (ways: readonly Way[], csrf: string): Html =>
  html`<div class="scroll stack">
    <table aria-labelledby="ways-lead">
      <thead>
        <tr>
          ${[words.provider, words.since, words.lastUsed, words.action].map(
            (heading) => html`<th scope="col">${heading}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${ways.map((way) => rowOf(way, csrf))}
      </tbody>
    </table>
  </div>`;

function rowOf({ upstream: { id, name }, link, isLast }: Way, csrf: string): Html {
  const action = html`${link && isLast && html`<span class="muted">${words.lastWay}</span>`}
  ${link && !isLast && button(`${linksPath}/${id}/unlink`, csrf, words.unlink, words.unlinkFrom(name))}
  ${!link && button(`${linksPath}/${id}/link`, csrf, words.link, words.linkWith(name))}`;
  return html`<tr>
    <th scope="row">${name}</th>
    <td data-label="${words.since}">${link ? time(link.createdAt) : words.no}</td>
    <td data-label="${words.lastUsed}">${link?.usedAt ? time(link.usedAt) : words.never}</td>
    <td>${action}</td>
  </tr>`;
}

const button = (action: string, csrf: string, text: string, label: string): Html =>
  html`<form method="post" action="${action}">
    <input type="hidden" name="${csrfField}" value="${csrf}" />
    <button class="quiet" type="submit" aria-label="${label}">${text}</button>
  </form>`;

const time = (at: number): Html =>
  html`<time datetime="${iso(at)}">${iso(at).slice(0, 16).replace('T', ' ')} UTC</time>`;
