// The load of `own.ts`, in a process of its own: browsers that sign in with passwords, each from a network of its own.
import type { Agent } from 'node:http';
import { ask, keptAgent } from './browser.ts';
import { shuffled } from './shuffled.ts';
import { type Measured, onDemand, repeat, timed } from './load.ts';

export type Load =
  | { kind: 'sign-in'; url: string; connections: number; seconds: number; people: number; password: string }
  | { kind: 'flood'; url: string; attempts: number }
  | { kind: 'alike'; url: string; path: string; addresses: Record<string, string[]>; password: string };

/** Whoever is asked for in this run. */
export const personAt = (i: number): string => `person${i}@own.example`;

let networks = 0;
const nextNetwork = (): string => {
  networks += 1;
  return `10.${(networks >> 16) & 255}.${(networks >> 8) & 255}.${networks & 255}`;
};

/** What a form needs: the token, and the browser's cookie. */
interface Form {
  csrf: string;
  cookie: string;
}

async function formOf(agent: Agent, url: string): Promise<Form> {
  const { headers, text } = await ask(agent, new URL('/signin', url), { accept: 'text/html' });
  const cookie = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  return { csrf: /name="csrf"[^>]*value="([^"]+)"/.exec(text)?.[1] ?? '', cookie };
}

/** One form that is sent; the answer's status. */
async function send(
  agent: Agent,
  url: URL,
  { csrf, cookie }: Form,
  fields: Readonly<Record<string, string>>,
): Promise<number> {
  const headers = { accept: 'text/html', cookie, 'x-forwarded-for': nextNetwork() };
  return (await ask(agent, url, headers, { csrf, ...fields })).status;
}

async function signIns({ url, connections, seconds, people, password }: Load & { kind: 'sign-in' }): Promise<Measured> {
  const agent = keptAgent(connections);
  const form = await formOf(agent, url);
  const own = new URL('/signin/own', url);
  const times: number[] = [];
  let next = 0;
  const span = await repeat(connections, seconds, async () => {
    const email = personAt(next++ % people);
    const status = await timed(times, send(agent, own, form, { email, password }));
    if (status !== 303) throw new Error(`sign-in of ${email}: ${status}`);
  });
  agent.destroy();
  return { times: { signIns: times }, seconds: span };
}

async function flood({ url, attempts }: Load & { kind: 'flood' }): Promise<Measured> {
  const agent = keptAgent(attempts);
  const form = await formOf(agent, url);
  const own = new URL('/signin/own', url);
  const [healthz, tried, shed]: [number[], number[], number[]] = [[], [], []];
  const flooding = { over: false };
  const began = performance.now();
  const all = Promise.all(
    Array.from({ length: attempts }, async (_, i) => {
      const email = `stranger${i}@own.example`;
      const from = performance.now();
      const status = await send(agent, own, form, { email, password: 'a wrong one, of course' });
      (status === 429 ? shed : tried).push(performance.now() - from);
    }),
  ).finally(() => {
    flooding.over = true;
  });
  const calm = keptAgent(1);
  while (!flooding.over) await timed(healthz, ask(calm, new URL('/healthz', url)));
  await all;
  agent.destroy();
  calm.destroy();
  return { times: { healthz, tried, shed }, seconds: (performance.now() - began) / 1000 };
}

/** One after another, in random order, so that whatever else the machine does is spread over all. */
async function alike({ url, path, addresses, password }: Load & { kind: 'alike' }): Promise<Measured> {
  const agent = keptAgent(1);
  const form = await formOf(agent, url);
  const where = new URL(path, url);
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(addresses).map((name) => [name, []]));
  const order = Object.entries(addresses).flatMap(([name, each]) => each.map((email) => ({ name, email })));
  const began = performance.now();
  for (const { name, email } of shuffled(order)) {
    await timed(times[name]!, send(agent, where, form, { email, ...(password && { password }) }));
  }
  agent.destroy();
  return { times, seconds: (performance.now() - began) / 1000 };
}

if (process.send) {
  onDemand((load: Load): Promise<Measured> => {
    if (load.kind === 'sign-in') return signIns(load);
    return load.kind === 'flood' ? flood(load) : alike(load);
  });
}
