// The load of `tokens.ts`, in a process of its own: one form, posted again and again.
import { Pool } from 'undici';
import { type Measured, onDemand, repeat, timed } from './load.ts';

export interface Load {
  origin: string;
  path: string;
  form: string;
  connections: number;
  seconds: number;
}

async function run({ origin, path, form, connections, seconds }: Load): Promise<Measured> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const all: number[] = [];
  const post = async (): Promise<void> => {
    const { statusCode, body } = await pool.request({ path, method: 'POST', headers, body: form });
    const text = await body.text();
    if (statusCode !== 200 || text.includes('"active":false')) throw new Error(`${statusCode}: ${text.slice(0, 200)}`);
  };
  const span = await repeat(connections, seconds, () => timed(all, post()));
  await pool.close();
  return { times: { all }, seconds: span };
}

onDemand(run);
