import express from 'express';
import type { Request, Response, Router } from 'express';
import { initiatePath } from '../connectors/openid/addresses.ts';
import { type Connection, ConnectionTable } from '../connectors/openid/connection.entity.ts';
import { connectionByIssuer, sameIssuer } from '../discovery/by-issuer.ts';
import { authErrors } from '../errors.ts';
import type { Web } from '../web.ts';
import { begin } from './attempts.ts';
import { addressOf, lineOf, refuseDuplicates } from './query.ts';
import { ownAddress } from './target.ts';

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
    await begin(web, req, res, await find(iss, loginHint), { target, loginHint });
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
  return router;
}

const invalid = (name: string): Error => authErrors('signIn.parameterInvalid', { field: name, values: { name } });
