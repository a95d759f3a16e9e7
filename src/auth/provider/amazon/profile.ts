import { amazonErrors } from './errors.ts';

/** What an application is told of a person. */
export interface Profile {
  user_id: string;
  email?: unknown;
  name?: unknown;
  postal_code?: unknown;
}

/**
 * A person's profile, as the scopes of a token have it.
 * @param claims everything that an application may be told of the person
 * @throws amazon.scopeInsufficient when none of the scopes is left
 */
export async function profileOf(
  scopes: readonly string[],
  userId: string,
  claims: () => Promise<Record<string, unknown>>,
): Promise<Profile> {
  if (scopes.length === 0) throw amazonErrors('amazon.scopeInsufficient');
  if (scopes.every((scope) => scope === 'profile:user_id')) return { user_id: userId };
  const { name, preferred_username, email, email_verified, postal_code } = await claims();
  return {
    user_id: userId,
    ...(scopes.includes('profile') && {
      // There is no word for an address that is not proved, and applications take Amazon's for proved.
      ...(email_verified === true && { email }),
      name: name ?? preferred_username,
    }),
    ...(scopes.includes('postal_code') && postal_code !== undefined && { postal_code }),
  };
}
