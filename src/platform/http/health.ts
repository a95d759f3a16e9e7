import { getRoute } from './route.ts';
import type { HotRoute } from './route.ts';
import { sendJson } from './reply.ts';

/** A part that must work before requests are taken; throws, or does not answer in time, when it does not. */
export interface ReadyCheck {
  name: string;
  check: () => Promise<void>;
}

const patience = 2000;

async function passes({ check }: ReadyCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), patience);
  });
  try {
    await Promise.race([check(), late]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** `/healthz`: the process answers. */
export const healthRoute = (): HotRoute =>
  getRoute('healthz', '/healthz', async (_req, res) => sendJson(res, 200, { status: 'ok' }));

/** `/readyz`: 200 when every check passes, else 503 with the names of those that do not. */
export const readyRoute = (checks: readonly ReadyCheck[]): HotRoute =>
  getRoute('readyz', '/readyz', async (_req, res) => {
    const results = await Promise.all(checks.map(async (each) => ({ name: each.name, ok: await passes(each) })));
    const failing = results.filter(({ ok }) => !ok).map(({ name }) => name);
    sendJson(
      res,
      failing.length > 0 ? 503 : 200,
      failing.length > 0 ? { status: 'not ready', failing } : { status: 'ready' },
    );
  });
