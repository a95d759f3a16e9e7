import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether this very address and port can be listened on. */
const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });

/**
 * A loopback address of one's own, for servers whose ports cannot be changed: nobody else's run has it.
 * @throws Error when every address has one of the ports taken, as by a server that listens on all of them
 */
export async function ownLoopback(ports: readonly number[]): Promise<string> {
  for (let tries = 0; tries < 20; tries++) {
    const host = `127.${randomInt(64, 128)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    const free = await Promise.all(ports.map((port) => isFree(host, port)));
    if (free.every(Boolean)) return host;
  }
  throw new Error(`no loopback address has the ports ${ports.join(', ')} free: does a server listen on all addresses?`);
}
