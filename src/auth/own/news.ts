import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { credentialLetter, tell } from './letters.ts';
import { loginOf } from './logins.ts';
import type { CredentialNews } from './texts.ts';

/**
 * Tells a person by mail, in the unit of the change, that something else lets them in from now on, or no longer: what a
 * thief adds must not be found by chance.
 */
export async function tellOfCredentials(
  ground: Ground,
  m: Writer,
  userId: string,
  news: CredentialNews,
): Promise<void> {
  const login = await loginOf(m, userId);
  if (login) await tell(ground, m, login, credentialLetter(ground, login, news));
}
