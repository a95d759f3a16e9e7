import { CarillonError, errors } from '../../../platform/errors/errors.ts';
import type { DirectoryPerson } from '../sync/people/person.ts';

export const signInErrors = errors({
  'signIn.wrongCredentials': {
    kind: 'Forbidden',
    text: 'This user name and this password do not let you in. Check both, or ask your administrator.',
  },
  'signIn.tooManyGuesses': {
    kind: 'Throttled',
    text:
      'There were too many wrong passwords for this user name. Wait {minutes} minutes before you try again, so that ' +
      'your company’s directory does not lock the account.',
  },
  'signIn.passwordMustChange': {
    kind: 'Forbidden',
    text: 'Your company’s directory wants another password of you before you can sign in.',
  },
  'signIn.passwordRefused': {
    kind: 'BadRequest',
    text:
      'Your company’s directory did not take the new password. It may be too short or too simple, used before, or ' +
      'changed too recently.',
  },
  'signIn.passwordNotChangeable': {
    kind: 'BadRequest',
    text: 'Your password cannot be changed here. Change it at your company, and sign in then.',
  },
});

/** The password is right, and its directory wants another one before it lets its owner in. */
export class PasswordMustChange extends CarillonError {
  readonly person: DirectoryPerson;

  constructor(person: DirectoryPerson, cause: string) {
    const { code, kind, message } = signInErrors('signIn.passwordMustChange');
    super(code, kind, message, { detail: cause });
    this.person = person;
  }
}
