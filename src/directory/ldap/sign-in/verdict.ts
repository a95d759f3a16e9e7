import type { PasswordPolicyControl } from 'ldapts';
import type { BindAnswer } from '../client/session.ts';

/** Why a directory refuses a password, for the log and the administrator; the person is told of one failure alone. */
export type Cause =
  | 'wrongPassword'
  | 'noSuchUser'
  | 'logonHours'
  | 'workstation'
  | 'passwordExpired'
  | 'disabled'
  | 'accountExpired'
  | 'mustChangePassword'
  | 'locked'
  | 'refused';

/** The numbers in Active Directory's answers to a bind (Windows error codes, in hexadecimal). */
const causes: Record<string, Cause> = {
  '52e': 'wrongPassword',
  '525': 'noSuchUser',
  '530': 'logonHours',
  '531': 'workstation',
  '532': 'passwordExpired',
  '533': 'disabled',
  '701': 'accountExpired',
  '773': 'mustChangePassword',
  '775': 'locked',
};

const invalidCredentials = 49;

/** The errors of a password policy (draft-behera-ldap-password-policy §6.2), as far as a bind can have them. */
const policyCauses: Record<number, Cause> = { 0: 'passwordExpired', 1: 'locked' };

/** What a bind that was not accepted means. A directory that gives no number says no more than that it refuses. */
export function causeOf({ code, subCode }: Extract<BindAnswer, { accepted: false }>, policyError?: number): Cause {
  const byPolicy = policyError === undefined ? undefined : policyCauses[policyError];
  if (byPolicy) return byPolicy;
  if (subCode !== null) return causes[subCode] ?? 'refused';
  return code === invalidCredentials || code === null ? 'wrongPassword' : 'refused';
}

/** The cause that Active Directory's own words for a refused bind give; null: they give none. */
export const causeIn = (text: string): Cause | null =>
  causes[/\bdata ([0-9a-f]{1,8})\b/i.exec(text)?.[1]?.toLowerCase() ?? ''] ?? null;

/**
 * The password was right, and another one is wanted: the directory tells that only to whoever knew it. Whom another
 * directory than Active Directory refuses for an expired password cannot change it either.
 */
export const wantsNewPassword = (cause: Cause, isAd: boolean): boolean =>
  isAd && (cause === 'passwordExpired' || cause === 'mustChangePassword');

/** changeAfterReset; or the last logins before an expired password is no good any more, while there is one left. */
export const policyWantsNew = (value: PasswordPolicyControl['value']): boolean =>
  value?.error === 2 || (value?.graceAuthNsRemaining ?? 0) > 0;
