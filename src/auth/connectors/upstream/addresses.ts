import { createHash } from 'node:crypto';
import { fold } from '../../../platform/text/fold.ts';

/** Where upstream providers send browsers back to; each has one of its own, so that no answer serves two. */
export const upstreamCallbackPath = '/auth/upstream/callback';

/** The id of a provider by its name: known before it is configured, since a provider wants the redirect URI first. */
export function upstreamIdOf(name: string): string {
  const words = fold(name).match(/[a-z0-9]+/g) ?? [];
  const slug = words.join('-').slice(0, 40).replace(/-$/, '');
  return slug || createHash('sha256').update(fold(name)).digest('hex').slice(0, 12);
}

/** What the operator copies into the provider; from PUBLIC_URL, never from a request. */
export const upstreamRedirectUri = (publicUrl: string, id: string): string =>
  `${publicUrl}${upstreamCallbackPath}/${id}`;
