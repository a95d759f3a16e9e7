import express from 'express';
import type { Request, Response, Router } from 'express';
import { initiatePath } from '../connectors/openid/addresses.ts';
import { type Connection, ConnectionTable } from '../connectors/openid/connection.entity.ts';
import { connectionByIssuer, sameIssuer } from '../discovery/by-issuer.ts';
import { authErrors } from '../errors.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { type Web, whoIs } from '../web.ts';
import { begin } from './attempts.ts';
import { sendInstead } from './instead-page.ts';
import { addressOf, lineOf, refuseDuplicates } from './query.ts';
import { ownAddress, ownPath } from './target.ts';

/** Initiate-login (OpenID Connect Core §4): a provider's own page begins the sign-in, at the shared or own address. */
export function initiateRoutes(web: Web, limit: () => Promise<void>): Router {
  const { ground } = web;

  const initiate = async (
    req: Request,
    res: Response,
    find: (iss: string | null, loginHint: string | null) => Promise<Connection>,
  ): Promise<void> => {
    await limit();
    const url = addressOf(ground.config.publicUrl, req);
    refuseDuplicates(url);
    const iss = lineOf(url, 'iss', 512);
    const loginHint = lineOf(url, 'login_hint', 320);
    const link = lineOf(url, 'target_link_uri', 2048);
    const target = link === null ? '/me' : ownAddress(link, ground.config.publicUrl);
    if (target === null) throw invalid('target_link_uri');
    const connection = await find(iss, loginHint);
    const who = await whoIs(web, req, 'user');
    // Any page may lead a browser here: whoever is in elsewhere is asked before that ends.
    if (who.in && who.principal.accountId !== connection.accountId) {
      return sendInstead(web, req, res, { who, connection, target, loginHint });
    }
    await begin(web, req, res, connection, { target, loginHint });
  };

  const router = express.Router({ caseSensitive: true });
  router.get(initiatePath, (req, res) =>
    initiate(req, res, async (iss, loginHint) => {
      if (iss === null) throw invalid('iss');
      const connection = await connectionByIssuer(ground.db.read, iss, loginHint);
      if (!connection) throw authErrors('signIn.noConnection', { field: 'iss' });
      return connection;
    }),
  );
  router.get(`${initiatePath}/:connection`, (req, res) =>
    initiate(req, res, async (iss) => {
      const connection = await ground.db.read.findOneBy(ConnectionTable, { id: req.params.connection, kind: 'openid' });
      if (!connection) throw authErrors('connection.notFound');
      if (iss !== null && !sameIssuer(iss, connection.issuer))
        throw authErrors('signIn.noConnection', { field: 'iss' });
      return connection;
    }),
  );
  router.post(`${initiatePath}/:connection`, async (req, res) => {
    await limit();
    const form = formOf(req);
    const connection = await ground.db.read.findOneBy(ConnectionTable, { id: req.params.connection });
    if (!connection) throw authErrors('connection.notFound');
    const target = ownPath(form.get('target'), ground.config.publicUrl);
    await begin(web, req, res, connection, { target, loginHint: form.get('login_hint')?.slice(0, 320) || null });
  });
  return router;
}

const invalid = (name: string): Error => authErrors('signIn.parameterInvalid', { field: name, values: { name } });
