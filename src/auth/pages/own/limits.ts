import { requestContext } from '../../../platform/context/context.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { addressKey } from '../../../platform/http/address.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import { createSharedRates } from '../../../platform/rates/shared.ts';
import type { Ground } from '../../../trail/ground.ts';

type Limited = Pick<Ground, 'db' | 'seal'>;

/** Mails an hour that one network may ask for, to whomever. */
const perNetwork = 60;
/** Mails an hour to one address, whoever asks. */
const perAddress = 5;

/**
 * Limits on asking for mails. Too many from one network are refused; too many to one address are answered as if they were
 * sent, so that nobody's mailbox is flooded, and nobody learns what others asked for. A browser that is known for the
 * owner of an address is counted by itself: whoever uses that address up keeps its owner from nothing.
 * @param what is asked for: asking for one thing uses up nothing of another
 * @returns to be called with what is counted, and the browser as `knownDevice` gives it
 */
export function createAskLimits(
  ground: Limited,
  what: string,
): (addressKey: string, device?: string | null) => Promise<boolean> {
  const take = createSharedRates(ground, `${what}-mail`, {
    network: { points: perNetwork, seconds: 3600 },
    address: { points: perAddress, seconds: 3600 },
    device: { points: perAddress, seconds: 3600 },
  });
  return async (address, device = null) => {
    if (device === null) await take(['network', addressKey(requestContext().clientAddress)]);
    try {
      await take(device === null ? ['address', address] : ['device', JSON.stringify([address, device])]);
      return true;
    } catch (error) {
      if (error instanceof CarillonError) return false;
      throw error;
    }
  };
}

/** Passwords in 15 minutes that may be chosen by one link, or by one person. */
const perChoice = 10;
/** And from one network, which may be that of a whole company. */
const choicesPerNetwork = 60;

/**
 * Limits on choosing a password, which costs as much as a sign-in: refused before anything is hashed.
 * @param what the choice is for: each is counted by itself
 * @returns to be called with the link, or the person; throws rate.exceeded
 */
export function createChoiceLimits(ground: Limited, what: string): (whose: string) => Promise<void> {
  const take = createSharedRates(ground, `${what}-choice`, {
    network: { points: choicesPerNetwork, seconds: 900 },
    whose: { points: perChoice, seconds: 900 },
  });
  return (whose) =>
    take(['network', addressKey(requestContext().clientAddress)], ['whose', hashToken(whose.slice(0, 128))]);
}
