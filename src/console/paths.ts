export const homePath = '/console';
export const signInPath = '/console/sign-in';
export const passkeyPath = '/console/sign-in/passkey';
export const secondPath = '/console/sign-in/second';
export const enrolPath = '/console/sign-in/enrol';
export const signOutPath = '/console/sign-out';
export const confirmPath = '/console/confirm';
export const securityPath = '/console/security';
export const administratorsPath = '/console/administrators';
export const noAccountPath = '/console/no-account';

const noTargets = new Set([signOutPath, confirmPath]);

/**
 * Where to go after a sign-in: the console's page that was asked for, else its start. Never another origin, and never
 * the sign-in itself.
 */
export function ownTarget(asked: string | null): string {
  const url = asked === null || /[\p{Cc}\s\\]/u.test(asked) ? null : URL.parse(asked, 'http://carillon.invalid');
  if (!url || url.host !== 'carillon.invalid' || !asked?.startsWith(homePath)) return homePath;
  const inside = url.pathname === homePath || url.pathname.startsWith(`${homePath}/`);
  const sign = url.pathname.startsWith(signInPath) || noTargets.has(url.pathname);
  const target = `${url.pathname}${url.search}`;
  return inside && !sign && target.length <= 1024 ? target : homePath;
}
