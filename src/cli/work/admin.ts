import { administratorLink } from '../../access/administrators/first.ts';
import type { Call } from '../frame/command.ts';
import { withHouse } from '../frame/house.ts';

/** Makes a new set-up link; links made before it end. */
export const link = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const made = await administratorLink(ground, call.value('user') ?? null);
    call.output.done({ setUpLink: made }, made);
  });
