import { hashToken } from '../../platform/ids/ids.ts';

/** Where the link of an invitation leads. */
export const invitationPath = '/invitation';

/** Longer ones are not kept (`SignInAttempt.target`). */
const longest = 1024;

/**
 * A path of ours to go to after a sign-in; anything that a browser could take for another origin gives `otherwise`.
 * @param input what came in the request
 */
export const ownPath = (input: string | null, publicUrl: string, otherwise = '/me'): string =>
  pathOf(input, publicUrl, otherwise, hideToken);

/** The same to go to at once: it is kept nowhere. */
export const ownPathNow = (input: string | null, publicUrl: string, otherwise: string): string =>
  pathOf(input, publicUrl, otherwise, () => undefined);

function pathOf(input: string | null, publicUrl: string, otherwise: string, change: (url: URL) => void): string {
  if (input === null || !/^\/(?![/\\])[^\\\p{Cc}\s]*$/u.test(input)) return otherwise;
  const full = publicUrl + input;
  if (!URL.canParse(full)) return otherwise;
  const url = new URL(full);
  // Dots are resolved by now, so "/.//host" shows what it is.
  if (url.origin !== publicUrl || url.pathname.startsWith('//')) return otherwise;
  change(url);
  const path = url.pathname + url.search + url.hash;
  return path.length <= longest ? path : otherwise;
}

/**
 * A target is kept while somebody signs in, and the token of an invitation lets somebody in: its hash stands in the
 * target, which is good only for whoever is signed in with the address that was invited.
 */
function hideToken(url: URL): void {
  if (url.pathname !== invitationPath) return;
  const token = url.searchParams.get('token');
  if (token === null) return;
  url.search = new URLSearchParams({ invited: hashToken(token.slice(0, 128)) }).toString();
}

/** The same for a whole address, as `target_link_uri` is (OpenID Connect Core §4); null when it is not of our origin. */
export function ownAddress(input: string, publicUrl: string): string | null {
  if (/[\\\p{Cc}\s]/u.test(input) || !URL.canParse(input)) return null;
  const url = new URL(input);
  if (url.origin !== publicUrl || url.username || url.password) return null;
  return ownPath(url.pathname + url.search + url.hash, publicUrl, '') || null;
}
