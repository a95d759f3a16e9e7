import { userInfo } from 'node:os';
import { buildHouse, type House } from '../app.ts';
import { withContext } from '../platform/context/context.ts';
import { newId } from '../platform/ids/ids.ts';
import { configuration } from './config.ts';

/** Builds the house for one command, beside a server that may be running; the trail names whoever called it. */
export async function asCommand(work: (house: House) => Promise<void>): Promise<void> {
  const house = await buildHouse(configuration());
  const identity = { type: 'CommandLine' as const, principalId: userInfo().username };
  const context = { requestId: newId(), clientAddress: 'command line', userAgent: 'carillon', identity };
  try {
    await withContext(context, () => work(house));
  } finally {
    await house.close();
  }
}
