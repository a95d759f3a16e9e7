import express from 'express';
import type { Request, Response, Router } from 'express';
import { hashToken } from '../../platform/ids/ids.ts';
import { callbackPath } from '../connectors/openid/addresses.ts';
import { SignInAttemptTable } from '../connectors/openid/attempt.entity.ts';
import { type Connection, ConnectionTable } from '../connectors/openid/connection.entity.ts';
import type { Proof } from '../connectors/openid/finish.ts';
import { carry, OpenIdStrategy } from '../connectors/openid/strategy.ts';
import type { Web } from '../web.ts';
import { recordRefusal } from './attempts.ts';
import { enter } from './enter.ts';
import { addressOf, refuseDuplicates } from './query.ts';
import { answerRefusal } from './refusal-page.ts';

/** Where providers send browsers back to: the proof is checked, and whoever may come in gets a session. */
export function callbackRoutes(web: Web, limit: () => Promise<void>): Router {
  const finish = async (req: Request, res: Response, connectionId: string | null): Promise<void> => {
    await limit();
    const url = addressOf(web.ground.config.publicUrl, req);
    try {
      const proof = await prove(web, req, res, url, connectionId);
      if (proof) await enter(web, req, res, proof);
    } catch (error) {
      await answerRefusal(web, req, res, error, await concerned(web, url, connectionId));
    }
  };

  const router = express.Router({ caseSensitive: true });
  router.get(callbackPath, (req, res) => finish(req, res, null));
  router.get(`${callbackPath}/:connection`, (req, res) => finish(req, res, req.params.connection));
  return router;
}

/** What the provider has proved; a refusal is in the trail. */
async function prove(
  web: Web,
  req: Request,
  res: Response,
  url: URL,
  connectionId: string | null,
): Promise<Proof | null> {
  try {
    refuseDuplicates(url);
    const browser = web.csrf.browser(req, res);
    return await carry(OpenIdStrategy.finish(web.ground, web.providers, { url, browser }), req, res);
  } catch (error) {
    recordRefusal(web, error, await concerned(web, url, connectionId));
    throw error;
  }
}

/** The connection that a callback is about: that of its attempt, else the one that its address names. */
async function concerned({ ground }: Web, url: URL, connectionId: string | null): Promise<Connection | null> {
  const state = url.searchParams.get('state');
  const attempt = state && (await ground.db.read.findOneBy(SignInAttemptTable, { stateHash: hashToken(state) }));
  const id = attempt ? attempt.connectionId : connectionId;
  return id === null ? null : ground.db.read.findOneBy(ConnectionTable, { id, kind: 'openid' });
}
