import { createHash, timingSafeEqual } from 'node:crypto';
import type { Metrics } from '../metrics/metrics.ts';
import { isLocal } from './address.ts';
import { refuse } from './errors.ts';
import { sendText } from './reply.ts';
import { getRoute } from './route.ts';
import type { HotRoute } from './route.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `/metrics`, for who has the token; without a token set, for callers on this machine. */
export const metricsRoute = (metrics: Metrics, token: string | undefined): HotRoute =>
  getRoute('metrics', '/metrics', async (req, res) => {
    if (token === undefined) {
      if (!isLocal(req)) throw refuse('metrics.loopback');
    } else {
      const given = /^Bearer ([\x21-\x7e]+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '';
      if (!timingSafeEqual(digest(given), digest(token))) throw refuse('metrics.token');
    }
    sendText(res, 200, metrics.contentType, await metrics.text());
  });
