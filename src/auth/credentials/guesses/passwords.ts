import { createRate } from '../../../platform/http/rate.ts';

/** Attempts a minute from one network, whoever is tried. */
const perNetwork = 60;
/** Attempts a minute for one name from one network. */
const perNameAndNetwork = 10;
/** Attempts an hour for one name from all browsers that are not known for it. */
const perName = 100;
/** Attempts a minute for one name from one browser that is known for it. */
const perDevice = 10;

/**
 * Slows the guessing of passwords, alike for names that exist and names that do not. The limit over all networks would
 * be a lock on the owner, so a browser in which the owner has signed in before is counted by itself, and nothing that
 * others do uses its attempts up. Kept in memory, in bounded space: to write each guess down would take a different
 * time for names that exist.
 * @returns takes one attempt at a name, in one spelling and of bounded length; throws rate.exceeded
 */
export function createPasswordLimits(): (name: string, network: string, device: string | null) => Promise<void> {
  const byNetwork = createRate({ points: perNetwork, seconds: 60 });
  const byNameAndNetwork = createRate({ points: perNameAndNetwork, seconds: 60 });
  const byName = createRate({ points: perName, seconds: 3600 });
  const byDevice = createRate({ points: perDevice, seconds: 60 });
  return async (name, network, device) => {
    if (device !== null) return byDevice(JSON.stringify([name, device]));
    await byNetwork(network);
    await byNameAndNetwork(JSON.stringify([name, network]));
    await byName(name);
  };
}
