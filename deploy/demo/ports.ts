import { createServer } from 'node:net';

/** Whether nothing listens on this port of the loopback interface. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/** @throws Error in plain words, with the code EADDRINUSE, for the first port that is taken */
export async function requireFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (await isFree(port)) continue;
    const text = `Port ${port} is taken: another demo, or Carillon itself, may be running. Stop it, or set DEMO_PORT=4000.`;
    throw Object.assign(new Error(text), { code: 'EADDRINUSE' });
  }
}
