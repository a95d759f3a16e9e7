import type { Request, Response } from 'express';
import { csrfField } from '../../../platform/http/csrf.ts';
import { type Html, html } from '../../../platform/http/pages/html.ts';
import { page } from '../../../platform/http/pages/layout.ts';
import { sendPage } from '../../../platform/http/pages/send.ts';
import type { Offer } from '../../connectors/upstream/offers.ts';
import type { Web } from '../../web.ts';
import { linksPath, offerPath } from './paths.ts';
import { texts } from './texts.ts';

/** Asks somebody new whether they want an account here: nobody gets one without having said so. */
export function sendOffer(web: Web, req: Request, res: Response, { id, upstream, offered }: Offer): void {
  const { name } = upstream;
  const words = offered.address === null ? texts.noAddress : texts.offer;
  const csrf = web.csrf.token(req, res);
  const body =
    offered.address === null
      ? html`<h1>${words.title}</h1>
          <p>${words.lead(name)}</p>
          <p>${texts.noAddress.how(name)}</p>
          <p class="actions">
            <a class="button" href="/register?target=${encodeURIComponent(linksPath)}">${texts.noAddress.register}</a>
            <a class="button quiet" href="/signin">${texts.noAddress.back}</a>
          </p>`
      : html`<h1>${words.title}</h1>
          <p>${words.lead(name)}</p>
          <dl class="facts">
            ${fact(texts.offer.address, offered.address)}
            ${offered.name !== null && fact(texts.offer.name, offered.name)}
          </dl>
          <p>${texts.offer.have}</p>
          <form method="post" action="${offerPath}">
            ${hidden(csrf, id)}
            <p class="actions"><button type="submit">${texts.offer.create}</button></p>
          </form>
          <form method="post" action="${offerPath}/decline">
            ${hidden(csrf, id)}
            <p class="actions"><button class="quiet" type="submit">${texts.offer.decline}</button></p>
          </form>`;
  sendPage(res, page({ title: words.title, body, narrow: true }));
}

/** Asks whoever is signed in whether this is they, there: it may be the browser's last user. */
export function sendConfirm(
  web: Web,
  req: Request,
  res: Response,
  { id, upstream, offered }: Offer,
  here: string,
): void {
  const words = texts.confirm;
  const there = [offered.name, offered.address].filter((word) => word !== null).join(', ');
  const csrf = web.csrf.token(req, res);
  const body = html`<h1>${words.title(upstream.name)}</h1>
    <p>${words.lead(upstream.name)}</p>
    <dl class="facts">${fact(words.there, there || words.unnamed)} ${fact(words.here, here)}</dl>
    <form method="post" action="${linksPath}/confirm">
      ${hidden(csrf, id)}
      <p class="actions">
        <button type="submit">${words.link}</button>
        <a class="button quiet" href="${linksPath}">${words.cancel}</a>
      </p>
    </form>`;
  sendPage(res, page({ title: words.title(upstream.name), body, narrow: true }));
}

const hidden = (csrf: string, offer: string): Html =>
  html`<input type="hidden" name="${csrfField}" value="${csrf}" />
    <input type="hidden" name="offer" value="${offer}" />`;

const fact = (name: string, value: string): Html =>
  html`<dt>${name}</dt>
    <dd>${value}</dd>`;
