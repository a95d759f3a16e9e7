import type { ClientBase, Pool } from 'pg';
import { faultOf } from '../faults.ts';
import type { Direct } from '../run.ts';
import { asParameter, Message } from './message.ts';

/** Statements outside units of work, each on whatever connection is free. */
export function readingOn(pool: Pool): Direct {
  const heard = new WeakSet<ClientBase>();
  const together: Direct['together'] = async (all) => {
    if (all.length === 0) return [];
    const client = await pool.connect();
    // Whoever waits for an answer hears of a connection that breaks; without a listener the process would end.
    if (!heard.has(client)) client.on('error', () => undefined);
    heard.add(client);
    try {
      const answers = await new Promise<object[][]>((resolve, reject) => {
        const found: object[][] = [];
        const asked = all.map(([text, parameters]) => ({
          text,
          parameters: parameters.map(asParameter),
          answered: (rows: object[]) => void found.push(rows),
          failed: reject,
        }));
        client.query(new Message(client, asked, () => resolve(found)));
      });
      client.release();
      return answers;
    } catch (error) {
      client.release(faultOf(error) === 'away' ? (error as Error) : undefined);
      throw error;
    }
  };
  const run: Direct['run'] = async (text, parameters) => (await together([[text, parameters]]))[0]!;
  return {
    run,
    together,
    later: async (text, parameters) => void (await run(text, parameters)),
  };
}
