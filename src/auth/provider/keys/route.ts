import { sendText } from '../../../platform/http/reply.ts';
import { getRoute, type HotRoute } from '../../../platform/http/route.ts';
import type { SigningKeys } from './keys.ts';
import { jwksSeconds } from './rotate.ts';

/** `/oidc/jwks`: the public keys (RFC 7517 §5), for anybody, to be cached for less time than a key is known before it signs. */
export const jwksRoute = (keys: SigningKeys): HotRoute =>
  getRoute('jwks', '/oidc/jwks', async (_req, res) => {
    const { jwks } = await keys.current();
    sendText(res, 200, 'application/jwk-set+json; charset=utf-8', JSON.stringify(jwks), {
      'cache-control': `public, max-age=${jwksSeconds}`,
      'access-control-allow-origin': '*',
    });
  });
