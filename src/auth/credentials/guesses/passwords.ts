import { createSharedRates } from '../../../platform/rates/shared.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { HolderKind } from '../holders.ts';

/** Attempts a minute from one network, whoever is tried. */
const perNetwork = 60;
/** Attempts a minute for one name from one network. */
const perNameAndNetwork = 10;
/** Attempts an hour for one name from all browsers that are not known for it. */
const perName = 100;
/** Attempts a minute for one name from one browser that is known for it. */
const perDevice = 10;

/**
 * Slows the guessing of passwords, alike for names that exist and names that do not, over all nodes together. The limit over
 * all networks would be a lock on the owner, so a browser in which the owner has signed in before is counted by itself, and
 * nothing that others do uses its attempts up. In bounded space, and by the same work whoever is named.
 * @returns takes one attempt at a name, in one spelling and of bounded length; throws rate.exceeded
 */
export function createPasswordLimits(
  ground: Pick<Ground, 'db' | 'seal'>,
  kind: HolderKind,
): (name: string, network: string, device: string | null) => Promise<void> {
  const take = createSharedRates(ground, `${kind}-password`, {
    network: { points: perNetwork, seconds: 60 },
    nameAndNetwork: { points: perNameAndNetwork, seconds: 60 },
    name: { points: perName, seconds: 3600 },
    device: { points: perDevice, seconds: 60 },
  });
  return (name, network, device) =>
    device !== null
      ? take(['device', JSON.stringify([name, device])])
      : take(['network', network], ['nameAndNetwork', JSON.stringify([name, network])], ['name', name]);
}
