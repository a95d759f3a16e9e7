import { createRate } from '../../../platform/http/rate.ts';

/** Attempts a minute from one network, whoever is tried. */
const perNetwork = 60;
/** Attempts a minute for one administrator from one network. */
const perNameAndNetwork = 10;
/** Attempts an hour for one administrator from all browsers that are not known for them. */
const perName = 100;
/** Attempts a minute for one administrator from one browser that is known for them. */
const perDevice = 10;

/**
 * Slows the guessing of passwords, alike for names that exist and names that do not. The limit over all networks would
 * be a lock on the owner, so a browser in which the owner has signed in before is counted by itself, and nothing that
 * others do uses its attempts up. Kept in memory, in bounded space: to write each guess down would take a different
 * time for names that exist.
 * @returns takes one attempt; throws rate.exceeded
 */
export function createPasswordLimits(): (
  who: { organisation: string; name: string },
  network: string,
  device: string | null,
) => Promise<void> {
  const byNetwork = createRate({ points: perNetwork, seconds: 60 });
  const byNameAndNetwork = createRate({ points: perNameAndNetwork, seconds: 60 });
  const byName = createRate({ points: perName, seconds: 3600 });
  const byDevice = createRate({ points: perDevice, seconds: 60 });
  return async ({ organisation, name }, network, device) => {
    if (device !== null) return byDevice(JSON.stringify([organisation, name, device]));
    await byNetwork(network);
    await byNameAndNetwork(JSON.stringify([organisation, name, network]));
    await byName(JSON.stringify([organisation, name]));
  };
}
