import type { Request, RequestHandler } from 'express';
import { type Administrator, AdministratorTable } from '../access/administrators/administrator.entity.ts';
import type { Account } from '../accounts/accounts/account.entity.ts';
import { requireAccount } from '../accounts/accounts/accounts.ts';
import { type Organisation, OrganisationTable } from '../accounts/organisations/organisation.entity.ts';
import type { Session } from '../auth/sessions/session.entity.ts';
import { whoIs } from '../auth/web.ts';
import { actWhile, identifyAs, requestContext } from '../platform/context/context.ts';
import { CarillonError } from '../platform/errors/errors.ts';
import type { Scope } from '../users/lifecycle/out.ts';
import { requireSession } from '../access/administrators/own-sessions.ts';
import { signInPath } from './paths.ts';
import type { ConsoleWeb } from './web.ts';

/** Who has opened this page. */
export interface Visit {
  administrator: Administrator;
  organisation: Organisation;
  session: Session;
  /** Whether their organisation looks after the installation (OPERATOR_ORGANISATION). */
  isOperator: boolean;
  /** For the forms of this page. */
  csrf: string;
}

const visits = new WeakMap<Request, Visit>();
const accounts = new WeakMap<Request, Account>();

/** Lets only a signed-in administrator pass; anybody else is sent to sign in, and back here after a page was asked. */
export const guard =
  (web: ConsoleWeb): RequestHandler =>
  async (req, res, next) => {
    const result = await whoIs(web, req, 'administrator');
    const read = web.ground.db.read;
    const administrator = result.in && (await read.findOneBy(AdministratorTable, { id: result.principal.id }));
    const organisation =
      administrator && (await read.findOneBy(OrganisationTable, { id: administrator.organisationId }));
    if (!result.in || !administrator || !organisation) {
      const target = req.method === 'GET' ? `?target=${encodeURIComponent(req.originalUrl)}` : '';
      res.redirect(303, `${signInPath}${target}`);
      return;
    }
    identifyAs({ ...requestContext().identity, userName: administrator.userName });
    const { id } = result.session;
    // A change may wait for what others answer, and a no come meanwhile.
    actWhile((m) => requireSession(m, id));
    const csrf = web.csrf.token(req, res);
    const isOperator = organisation.id === web.ground.config.operatorOrganisation;
    visits.set(req, { administrator, organisation, session: result.session, isOperator, csrf });
    next();
  };

/** Lets only an account of the visitor's organisation pass. @throws account.notFound, which leaves a record */
export const accountGuard =
  (web: ConsoleWeb): RequestHandler<{ accountId: string }> =>
  async (req, _res, next) => {
    const { accountId } = req.params;
    const organisationId = visitOf(req as Request).organisation.id;
    try {
      accounts.set(req as Request, await requireAccount(web.ground.db.read, organisationId, accountId));
    } catch (error) {
      const requestParameters = { accountId: accountId.slice(0, 64) };
      if (error instanceof CarillonError) {
        web.ground.trail.refused({ eventName: 'GetAccount', organisationId, requestParameters }, error);
      }
      throw error;
    }
    next();
  };

/** Who asks. A route that the guard does not stand before answers nobody. */
export function visitOf(req: Request): Visit {
  const visit = visits.get(req);
  if (!visit) throw new Error('a page of the console was reached without its guard');
  return visit;
}

/** The account of the path, if the path has one. */
export const accountIfAny = (req: Request): Account | undefined => accounts.get(req);

/** Where the visitor is: what views show and verbs are given. */
export interface Place {
  visit: Visit;
  account: Account;
  scope: Scope;
  csrf: string;
  /** The address of the account's pages. */
  base: string;
}

/** The visitor's place in the account of the path. */
export function placeOf(req: Request): Place {
  const visit = visitOf(req);
  const account = accounts.get(req);
  if (!account) throw new Error('a page of an account was reached without its guard');
  const scope = { organisationId: visit.organisation.id, accountId: account.id };
  return { visit, account, scope, csrf: visit.csrf, base: `/console/accounts/${account.id}` };
}
