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

/** What a bind that was not accepted means. A directory that gives no number says no more than that it refuses. */
export function causeOf({ code, subCode }: Extract<BindAnswer, { accepted: false }>): Cause {
  if (subCode !== null) return causes[subCode] ?? 'refused';
  return code === invalidCredentials || code === null ? 'wrongPassword' : 'refused';
}

/** The password was right, and another one is wanted: the directory tells that only to whoever knew it. */
export const wantsNewPassword = (cause: Cause): boolean =>
  cause === 'passwordExpired' || cause === 'mustChangePassword';
