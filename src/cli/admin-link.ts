import { administratorLink } from '../access/administrators/first.ts';
import { asCommand } from './as-command.ts';

/** Prints a new set-up link; links made before it end. */
export const adminLink = (userName: string | null): Promise<void> =>
  asCommand(async ({ ground }) => {
    const link = await administratorLink(ground, userName);
    process.stdout.write(`${link}\n`);
  });
