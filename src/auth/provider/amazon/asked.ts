import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../../../platform/http/reply.ts';
import type { HotRoute } from '../../../platform/http/route.ts';
import type { Ground } from '../../../trail/ground.ts';
import { claimsOf } from '../claims.ts';
import type { OidcClient } from '../clients/client.entity.ts';
import type { Subjects } from '../subjects.ts';
import { type Bearer, bearerOf, type Hands as BearerHands } from './bearer.ts';
import { amazonErrors } from './errors.ts';
import { profileOf } from './profile.ts';
import { amazonPaths } from './paths.ts';
import { tokenInfo } from './token-info.ts';
import { refuseProgram } from './words.ts';

interface Hands extends BearerHands {
  ground: Ground;
  subjects: Pick<Subjects, 'of'>;
}

/** What is asked with an access token: whose it is, and for whom it was made. On node:http. */
export function askedRoutes(hands: Hands): HotRoute[] {
  const { ground, subjects } = hands;
  const userIdOf = ({ client, principal }: Bearer): string => subjects.of(principal.id, client);
  const profile = async (bearer: Bearer): Promise<unknown> =>
    profileOf(bearer.scopes, userIdOf(bearer), () => claimsOf(ground.db.read, bearer.principal));
  const info = async (bearer: Bearer): Promise<unknown> => tokenInfo(ground.config.publicUrl, bearer, userIdOf(bearer));
  return [
    asked(hands, 'amazon-profile', amazonPaths.profile, profile),
    asked(hands, 'amazon-tokeninfo', amazonPaths.tokenInfo, info),
  ];
}

function asked(hands: Hands, name: string, at: string, answer: (bearer: Bearer) => Promise<unknown>): HotRoute {
  return {
    name,
    matches: (_method, path) => path === at,
    async handle(req, res, url) {
      if (isPreflight(req)) return allowPreflight(req, res);
      try {
        if (req.method !== 'GET') throw amazonErrors('amazon.methodWrong', { values: { methods: 'GET' } });
        const bearer = await bearerOf(hands, req, url);
        allowOrigin(req, res, bearer.client);
        sendJson(res, 200, await answer(bearer));
      } catch (error) {
        refuseProgram(hands.ground.log, res, error);
      }
    },
  };
}

const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

/** Which application it will be is not known before the request itself; and no cookie goes with that. */
function allowPreflight({ headers }: IncomingMessage, res: ServerResponse): void {
  res
    .writeHead(204, {
      'access-control-allow-origin': headers.origin ?? '',
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'authorization, x-amz-access-token',
      'access-control-max-age': '3600',
      vary: 'Origin',
    })
    .end();
}

/** A page that is an application itself may read the answer to it; no other page may. */
function allowOrigin({ headers: { origin } }: IncomingMessage, res: ServerResponse, client: OidcClient): void {
  res.setHeader('vary', 'Origin');
  const isOwn = client.redirectUris.some((uri) => /^https?:/.test(uri) && new URL(uri).origin === origin);
  if (origin !== undefined && client.authentication === 'none' && isOwn) {
    res.setHeader('access-control-allow-origin', origin);
  }
}
