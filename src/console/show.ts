import type { Request, Response } from 'express';
import type { Account } from '../accounts/accounts/account.entity.ts';
import { csrfField } from '../platform/http/csrf.ts';
import { asset } from '../platform/http/pages/assets.ts';
import { html, type Html } from '../platform/http/pages/html.ts';
import { type NavigationGroup, type NavigationItem, page } from '../platform/http/pages/layout.ts';
import { sendPage } from '../platform/http/pages/send.ts';
import type { Fault } from './forms.ts';
import { accountIfAny, type Visit, visitOf } from './guard.ts';
import { administratorsPath, homePath, noAccountPath, securityPath, signOutPath } from './paths.ts';
import { flashes, texts } from './texts.ts';

/** The parts of the navigation. */
export type Part =
  | 'accounts'
  | 'administrators'
  | 'clients'
  | 'accessKeys'
  | 'trail'
  | 'noAccount'
  | 'security'
  | 'overview'
  | 'domains'
  | 'connection'
  | 'directory'
  | 'groups'
  | 'people'
  | 'invitations'
  | 'receipts';

export interface Shown {
  /** The page's name, and its `h1`. */
  title: string;
  part: Part;
  body: Html;
  status?: number;
  /** What is said above the page; else what the code in the query stands for. */
  flash?: Html;
  /** Addresses that `asset()` gave. */
  scripts?: readonly string[];
}

/** The console's own style sheet, beside that of every page. */
export const consoleStyle = asset(new URL('./assets/console.css', import.meta.url));

/** Answers with a page in the console's frame. */
export function show(
  req: Request,
  res: Response,
  { title, part, body, status = 200, flash, scripts = [] }: Shown,
): void {
  const visit = visitOf(req);
  const account = accountIfAny(req);
  const content = html`${account && placeIn(account)}
    <h1>${title}</h1>
    ${flash ?? flashOf(req)} ${body}`;
  const document = page({
    title: account ? `${title} · ${account.name}` : title,
    body: content,
    navigation: navigation(part, visit, account),
    corner: corner(visit),
    styles: [consoleStyle],
    scripts,
  });
  sendPage(res, document, { status });
}

/** Tells a browser when it may try again, if the refusal says so. */
export function retryAfter(res: Response, fault: Fault): void {
  if (fault?.retryAfter !== undefined) res.set('retry-after', String(fault.retryAfter));
}

/** Sends the browser on after a change; the code says what is told there. */
export const done = (res: Response, path: string, code: string): void => res.redirect(303, `${path}?done=${code}`);

function flashOf(req: Request): Html | undefined {
  const code = req.query['done'];
  const text = typeof code === 'string' && req.method === 'GET' ? flashes.get(code) : undefined;
  return text === undefined ? undefined : html`<p class="flash good" role="status">${text}</p>`;
}

const placeIn = (account: Account): Html =>
  html`<p class="place muted">
    <span class="visually-hidden">${texts.place}</span>
    <a href="${homePath}">${texts.accounts}</a> › <a href="/console/accounts/${account.id}">${account.name}</a>
  </p>`;

const corner = ({ administrator, organisation, csrf }: Visit): Html =>
  html`<span class="muted">
      ${administrator.userName}, ${organisation.name}<br />
      ${texts.organisation} <code>${organisation.id}</code>
    </span>
    <form method="post" action="${signOutPath}">
      <input type="hidden" name="${csrfField}" value="${csrf}" />
      <button class="quiet">${texts.signOut}</button>
    </form>`;

/** What belongs to the organisation, with the pages of the account that is open; and what is the visitor's own. */
function navigation(part: Part, { isOperator }: Visit, account: Account | undefined): NavigationGroup[] {
  const item = (label: string, name: Part, href: string): NavigationItem => ({ label, href, current: part === name });
  const base = `/console/accounts/${account?.id}`;
  const below = [
    item(texts.overview, 'overview', base),
    item(texts.domains, 'domains', `${base}/domains`),
    item(texts.connection, 'connection', `${base}/connection`),
    item(texts.directory, 'directory', `${base}/directory`),
    item(texts.groups, 'groups', `${base}/groups`),
    item(texts.people, 'people', `${base}/people`),
    item(texts.invitations, 'invitations', `${base}/invitations`),
    item(texts.receipts, 'receipts', `${base}/receipts`),
  ];
  const organisation = [
    { ...item(texts.accounts, 'accounts', homePath), ...(account && { below }) },
    item(texts.administrators, 'administrators', administratorsPath),
    item(texts.clients, 'clients', '/console/applications'),
    item(texts.trail, 'trail', '/console/trail'),
    ...(isOperator ? [item(texts.noAccount, 'noAccount', noAccountPath)] : []),
  ];
  const own = [
    item(texts.security, 'security', securityPath),
    item(texts.accessKeys, 'accessKeys', '/console/access-keys'),
  ];
  return [
    { label: texts.organisation, items: organisation },
    { label: texts.you, items: own },
  ];
}
