export const homePath = '/console';
export const signInPath = '/console/sign-in';
export const signOutPath = '/console/sign-out';

/**
 * Where to go after a sign-in: the console's page that was asked for, else its start. Never another origin, and never
 * the sign-in itself.
 */
export function ownTarget(asked: string | null): string {
  const url = asked === null || /[\p{Cc}\s\\]/u.test(asked) ? null : URL.parse(asked, 'http://carillon.invalid');
  if (!url || url.host !== 'carillon.invalid' || !asked?.startsWith(homePath)) return homePath;
  const inside = url.pathname === homePath || url.pathname.startsWith(`${homePath}/`);
  const sign = url.pathname === signInPath || url.pathname === signOutPath;
  return inside && !sign ? `${url.pathname}${url.search}` : homePath;
}
