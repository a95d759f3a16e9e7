/** The parameter in which our route hands on the scope as it was asked for, whole; nobody else can send it. */
export const askedScope = 'carillon_asked_scope';

/**
 * What is wrong with a requested scope: Amazon wants one, and of those alone that the application has registered.
 * @returns null when nothing is
 */
export function faultOfScope(scope: string | undefined, allowed: readonly string[]): 'missing' | 'invalid' | null {
  if (scope === undefined || scope.trim() === '') return 'missing';
  return scope.split(' ').every((one) => one !== 'offline_access' && allowed.includes(one)) ? null : 'invalid';
}
