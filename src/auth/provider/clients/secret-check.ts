import type { errors } from 'oidc-provider';
import { requestContext } from '../../../platform/context/context.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { addressKey } from '../../../platform/http/address.ts';
import { createRate } from '../../../platform/http/rate.ts';
import { type GoodSecret, isSecret } from './secrets.ts';

/** Wrong secrets a minute for one client from one address, before whoever sends them has to wait. */
const wrongPerMinute = 20;

/**
 * Whether a secret is one of the client's. For an id that nobody has: an empty list, so that it takes as long.
 * @throws rate.exceeded when too many wrong ones came for this client from this address
 */
export type SecretCheck = (clientId: string, secrets: readonly GoodSecret[], given: string) => Promise<boolean>;

/** The check of client secrets, which slows down whoever guesses; one for the process. */
export function createSecretCheck(): SecretCheck {
  const wrong = createRate({ points: wrongPerMinute, seconds: 60 });
  return async (clientId, secrets, given) => {
    // A right secret is never held up: somebody behind the same address may be guessing.
    if (isSecret(secrets, given)) return true;
    await wrong(`${clientId.slice(0, 64)} ${addressKey(requestContext().clientAddress)}`);
    return false;
  };
}

/**
 * What oidc-provider calls on a client of `describeClient`, to be put in place of `Client.prototype.compareClientSecret`.
 * @param library the errors of oidc-provider, which is loaded when it is first needed
 */
export const compareClientSecret = (check: SecretCheck, library: Pick<typeof errors, 'CustomOIDCProviderError'>) =>
  async function compare(
    this: { clientId: string; carillon_secrets?: readonly GoodSecret[] },
    given: string,
  ): Promise<boolean> {
    try {
      return await check(this.clientId, this.carillon_secrets ?? [], given);
    } catch (error) {
      if (!(error instanceof CarillonError)) throw error;
      const refusal = new library.CustomOIDCProviderError('temporarily_unavailable', error.message);
      refusal.status = refusal.statusCode = error.status;
      throw refusal;
    }
  };
