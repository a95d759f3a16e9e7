// The load of `own.ts`, in a process of its own: browsers that sign in with passwords, each from a network of its own.
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

async function formOf(url: string): Promise<Form> {
  const answer = await fetch(`${url}/signin`, { headers: { accept: 'text/html' } });
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { csrf: /name="csrf"[^>]*value="([^"]+)"/.exec(await answer.text())?.[1] ?? '', cookie };
}

/** One form that is sent; the answer's status. */
async function send(
  url: string,
  path: string,
  { csrf, cookie }: Form,
  fields: Record<string, string>,
): Promise<number> {
  const answer = await fetch(url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', cookie, 'x-forwarded-for': nextNetwork() },
    body: new URLSearchParams({ csrf, ...fields }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function signIns({ url, connections, seconds, people, password }: Load & { kind: 'sign-in' }): Promise<Measured> {
  const form = await formOf(url);
  const times: number[] = [];
  let next = 0;
  const span = await repeat(connections, seconds, async () => {
    const email = personAt(next++ % people);
    const status = await timed(times, send(url, '/signin/own', form, { email, password }));
    if (status !== 303) throw new Error(`sign-in of ${email}: ${status}`);
  });
  return { times: { signIns: times }, seconds: span };
}

async function flood({ url, attempts }: Load & { kind: 'flood' }): Promise<Measured> {
  const form = await formOf(url);
  const [healthz, tried, shed]: [number[], number[], number[]] = [[], [], []];
  const flooding = { over: false };
  const began = performance.now();
  const all = Promise.all(
    Array.from({ length: attempts }, async (_, i) => {
      const email = `stranger${i}@own.example`;
      const from = performance.now();
      const status = await send(url, '/signin/own', form, { email, password: 'a wrong one, of course' });
      (status === 429 ? shed : tried).push(performance.now() - from);
    }),
  ).finally(() => {
    flooding.over = true;
  });
  while (!flooding.over)
    await timed(
      healthz,
      fetch(`${url}/healthz`).then((answer) => answer.arrayBuffer()),
    );
  await all;
  return { times: { healthz, tried, shed }, seconds: (performance.now() - began) / 1000 };
}

/** One after another, in random order, so that whatever else the machine does is spread over all. */
async function alike({ url, path, addresses, password }: Load & { kind: 'alike' }): Promise<Measured> {
  const form = await formOf(url);
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(addresses).map((name) => [name, []]));
  const order = Object.entries(addresses).flatMap(([name, each]) => each.map((email) => ({ name, email })));
  const began = performance.now();
  for (const { name, email } of shuffled(order)) {
    await timed(times[name]!, send(url, path, form, { email, ...(password && { password }) }));
  }
  return { times, seconds: (performance.now() - began) / 1000 };
}

if (process.send) {
  onDemand((load: Load): Promise<Measured> => {
    if (load.kind === 'sign-in') return signIns(load);
    return load.kind === 'flood' ? flood(load) : alike(load);
  });
}
