import { Router } from 'express';
import type { Request, Response } from 'express';
import { listAccounts } from '../../accounts/accounts/accounts.ts';
import {
  createClient,
  deleteClient,
  listClients,
  requireClient,
  rotateSecret,
  updateClient,
} from '../../auth/provider/clients/clients.ts';
import type { OidcClient } from '../../auth/provider/clients/client.entity.ts';
import { whatEnds } from '../../auth/provider/clients/would-end.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { type Fault, faultOf } from '../forms.ts';
import { visitOf } from '../guard.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { inputOf, type Typed, typedIn, typedOf, untyped } from './typed.ts';
import { clientsPath, clientView, deleteView, listView, pathOf, rotateView, secretView } from './view.ts';

/** `/console/applications`: the relying parties of the organisation. */
export function clientRoutes({ ground, outbound }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, trail } = ground;
  const { publicUrl } = ground.config;
  const one = `${clientsPath}/:clientId`;
  const part = 'clients' as const;

  const list = async (req: Request, res: Response, typed = untyped, fault?: Fault): Promise<void> => {
    const { organisation, csrf } = visitOf(req);
    const [clients, accounts] = await Promise.all([
      listClients(db.read, organisation.id),
      listAccounts(db.read, organisation.id),
    ]);
    const body = listView({ csrf, clients, accounts, typed, fault });
    show(req, res, { title: texts.title, part, body, status: fault?.status ?? 200 });
  };

  const view = async (req: Request, res: Response, client: OidcClient, typed: Typed, fault?: Fault): Promise<void> => {
    const { organisation, csrf } = visitOf(req);
    const accounts = await listAccounts(db.read, organisation.id);
    const body = clientView({ csrf, client, accounts, typed, fault, publicUrl });
    show(req, res, { title: client.name, part, body, status: fault?.status ?? 200 });
  };

  /** The client of the path. @throws client.notFound */
  const clientOf = (req: Request<{ clientId: string }>): Promise<OidcClient> =>
    requireClient(db.read, visitOf(req as Request).organisation.id, req.params.clientId);

  router.get(clientsPath, async (req, res) => {
    trail.observed({ eventName: 'ListClients', organisationId: visitOf(req).organisation.id });
    await list(req, res);
  });

  /** Answers with the secret itself: a redirect would have to carry it in an address. */
  router.post(clientsPath, async (req, res) => {
    const typed = typedIn(formOf(req));
    try {
      const made = await createClient({ ground, outbound }, visitOf(req).organisation.id, inputOf(typed));
      const body = secretView(made.client, made.secret, publicUrl);
      show(req, res, { title: texts.registered, part, body });
    } catch (error) {
      await list(req, res, typed, faultOf(atField(error)));
    }
  });

  router.get(one, async (req, res) => {
    const client = await clientOf(req);
    const { id: clientId, organisationId } = client;
    trail.observed({ eventName: 'GetClient', organisationId, requestParameters: { clientId } });
    await view(req as Request, res, client, typedOf(client));
  });

  router.post(one, async (req, res) => {
    const client = await clientOf(req);
    const typed = typedIn(formOf(req as Request));
    try {
      const { kind: _kind, protocol: _protocol, ...input } = inputOf({ ...typed, ...staying(client) });
      await updateClient({ ground, outbound }, client.organisationId, client.id, input);
      done(res, pathOf(client), 'clientSaved');
    } catch (error) {
      await view(req as Request, res, client, { ...typed, ...staying(client) }, faultOf(atField(error)));
    }
  });

  router.get(`${one}/secret`, async (req, res) => {
    const client = await clientOf(req);
    const body = rotateView(visitOf(req as Request).csrf, client);
    show(req as Request, res, { title: texts.rotateTitle(client.name), part, body });
  });

  router.post(`${one}/secret`, async (req, res) => {
    const { organisationId, id } = await clientOf(req);
    const hours = formOf(req as Request).get('hours') === '0' ? 0 : 24;
    const { client, secret } = await rotateSecret({ ground }, organisationId, id, hours);
    show(req as Request, res, { title: texts.rotate, part, body: secretView(client, secret, publicUrl) });
  });

  router.get(`${one}/delete`, async (req, res) => {
    const client = await clientOf(req);
    const body = deleteView(visitOf(req as Request).csrf, client, await whatEnds(db.read, client));
    show(req as Request, res, { title: texts.deleteTitle(client.name), part, body });
  });

  router.post(`${one}/delete`, async (req, res) => {
    const { organisationId, id } = await clientOf(req);
    await deleteClient({ ground }, organisationId, id);
    done(res, clientsPath, 'clientDeleted');
  });
  return router;
}

/** What an application is once and for all. */
const staying = ({ kind, protocol }: OidcClient): Pick<Typed, 'kind' | 'protocol'> => ({ kind, protocol });

/** The verbs call the account `accountId`; the form's field is `account`. */
function atField(error: unknown): unknown {
  if (!(error instanceof CarillonError) || error.field !== 'accountId') return error;
  return new CarillonError(error.code, error.kind, error.message, { field: 'account' });
}
