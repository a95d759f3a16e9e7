import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metrics } from '../metrics/metrics.ts';
import { isLocal, isLoopbackOrigin } from './address.ts';
import { refuse } from './errors.ts';
import { sendText } from './reply.ts';
import { getRoute } from './route.ts';
import type { HotRoute } from './route.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

interface MetricsOptions {
  token: string | undefined;
  publicUrl: string;
}

/**
 * `/metrics`, for who has the token. Without one set, for callers on this machine, and only while Carillon is for this
 * machine alone: behind a proxy that says nothing of itself, everybody seems to be here.
 */
export function metricsRoute(metrics: Metrics, { token, publicUrl }: MetricsOptions): HotRoute {
  const forThisMachine = isLoopbackOrigin(publicUrl);
  return getRoute('metrics', '/metrics', async (req, res) => {
    if (token !== undefined) {
      const given = /^Bearer ([\x21-\x7e]+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '';
      if (!timingSafeEqual(digest(given), digest(token))) throw refuse('metrics.token');
    } else if (!forThisMachine) throw refuse('metrics.noToken');
    else if (!isLocal(req)) throw refuse('metrics.loopback');
    sendText(res, 200, metrics.contentType, await metrics.text());
  });
}
