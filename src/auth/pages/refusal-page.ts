import type { Request, Response } from 'express';
import { type Account, AccountTable } from '../../accounts/accounts/account.entity.ts';
import { isNobodys } from '../../accounts/accounts/nobodys.ts';
import { requestContext } from '../../platform/context/context.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { type Html, html } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import { reportError } from '../../platform/http/reply.ts';
import { initiatePath } from '../connectors/openid/addresses.ts';
import type { Connection } from '../connectors/openid/connection.entity.ts';
import { AtCompany } from '../people/at-company.ts';
import { NotEntitled } from '../people/let-in.ts';
import type { Web } from '../web.ts';
import { ownTexts } from './own/texts.ts';
import { becauseText, texts } from './texts.ts';

/** Who has proved who they are may be told of the account, and whom to ask. */
const afterProof = new Set(['signIn.notEntitled', 'signIn.unknownPerson', 'signIn.anotherSubject', 'signIn.atCompany']);

/**
 * Tells a person why they were not signed in, and what they can do about it.
 * @param connection that it was at, when known
 * @throws what is no refusal, and any for a client that asks for JSON: the pages' own error handler answers that
 */
export async function answerRefusal(
  { ground }: Web,
  req: Request,
  res: Response,
  error: unknown,
  connection: Connection | null,
): Promise<void> {
  if (!(error instanceof CarillonError) || req.accepts(['html', 'json']) === 'json') throw error;
  reportError(ground.log, error);
  const own = connection === null && error instanceof NotEntitled ? error : null;
  // Who was released has nothing to do with that account any more; who was suspended before may not register anew.
  const released = own !== null && mayRegisterAnew(own);
  const known = own && !released && !isNobodys(own.user) ? own.user.accountId : connection?.accountId;
  const accountId = error instanceof AtCompany ? error.accountId : known;
  const account =
    accountId !== undefined && afterProof.has(error.code)
      ? await ground.db.read.findOneBy(AccountTable, { id: accountId })
      : null;
  const words = texts.refused;
  const again = connection?.kind === 'openid' ? `${initiatePath}/${connection.id}` : '/signin';
  const body = html`<h1>${words.title}</h1>
    <div role="alert">${reasons(error).map((reason) => html`<p>${reason}</p>`)}</div>
    ${account && whomToAsk(account)}
    <p class="actions">
      ${released && html`<a class="button" href="/register">${ownTexts.refused.registerAnew}</a>`}
      <a class="button ${released && 'quiet'}" href="${again}">${words.again}</a>
      ${again !== '/signin' && html`<a class="button quiet" href="/signin">${words.other}</a>`}
    </p>
    <p class="muted">${words.reference}: <code>${requestContext().requestId}</code><br />${words.referenceHelp}</p>`;
  sendPage(res, page({ title: words.title, body, narrow: true }), { status: error.status });
}

const mayRegisterAnew = ({ because }: NotEntitled): boolean =>
  because.some(({ kind }) => kind === 'released') && !because.some(({ kind }) => kind === 'administrator');

function reasons(error: CarillonError): string[] {
  // The words of a directory's failures are for administrators, who find them in the log and the trail.
  if (!(error instanceof NotEntitled))
    return [error.code.startsWith('directory.') ? texts.refused.directory : error.message];
  const told = error.because.filter(({ kind }) => kind !== 'released' || mayRegisterAnew(error));
  return told.filter((because) => !('tier' in because)).map(becauseText);
}

function whomToAsk({ name, helpContact }: Account): Html {
  const words = texts.refused;
  return html`<p>${words.account(name)} ${helpContact ? words.ask(helpContact) : words.askAnyone}</p>`;
}
