// The load of `tokens.ts`, in a process of its own: one form, posted again and again.
import { Pool } from 'undici';

export interface Load {
  origin: string;
  path: string;
  form: string;
  connections: number;
  seconds: number;
}

export interface Measured {
  /** Milliseconds of each request. */
  times: number[];
  seconds: number;
}

async function run({ origin, path, form, connections, seconds }: Load): Promise<Measured> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const times: number[] = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      const start = performance.now();
      const { statusCode, body } = await pool.request({ path, method: 'POST', headers, body: form });
      const text = await body.text();
      if (statusCode !== 200 || text.includes('"active":false'))
        throw new Error(`${statusCode}: ${text.slice(0, 200)}`);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const span = (performance.now() - began) / 1000;
  await pool.close();
  return { times, seconds: span };
}

process.on('message', (load: Load) => {
  run(load).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
