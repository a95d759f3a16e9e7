import type { Request, Response } from 'express';
import { requestContext } from '../../platform/context/context.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { addressKey } from '../../platform/http/address.ts';
import { createRate } from '../../platform/http/rate.ts';
import type { Begin } from '../connectors/openid/begin.ts';
import type { Connection } from '../connectors/openid/connection.entity.ts';
import { carry, OpenIdStrategy } from '../connectors/openid/strategy.ts';
import type { Web } from '../web.ts';
import { answerRefusal } from './refusal-page.ts';

/** A limit of so many attempts a minute for each client address. @returns what throws rate.exceeded */
export function createSignInLimit({ ground }: Web): () => Promise<void> {
  const limit = createRate({ points: ground.config.signInRate, seconds: 60 });
  return () => limit(addressKey(requestContext().clientAddress));
}

/**
 * Sends the browser to a connection's provider, with a 303; or says why that cannot be done.
 * @throws what is no refusal
 */
export async function begin(
  web: Web,
  req: Request,
  res: Response,
  connection: Connection,
  begun: Omit<Begin, 'browser'>,
): Promise<void> {
  const browser = web.csrf.browser(req, res);
  try {
    await carry(OpenIdStrategy.begin(web.ground, web.providers, connection, { browser, ...begun }), req, res);
  } catch (error) {
    recordRefusal(web, error, connection);
    await answerRefusal(web, req, res, error, connection);
  }
}

/** Writes a refused sign-in into the trail of the organisation that it was for, if that is known. */
export function recordRefusal({ ground }: Web, error: unknown, connection: Connection | null): void {
  if (!(error instanceof CarillonError)) return;
  const { organisationId = null, accountId = null, id = null } = connection ?? {};
  const requestParameters = connection && { accountId, connectionId: id };
  ground.trail.refused(
    { eventName: 'SignIn', organisationId, accountId, ...(requestParameters && { requestParameters }) },
    error,
  );
}
