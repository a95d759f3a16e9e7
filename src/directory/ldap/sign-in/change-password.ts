import { Attribute, BerWriter, Change } from 'ldapts';
import { refusalOf } from '../client/client.ts';
import { LdapRefusal, resultCodes } from '../client/fault.ts';
import type { Session } from '../client/session.ts';
import type { Directory } from '../directory.entity.ts';
import { isActiveDirectory } from '../kinds.ts';
import { signInErrors } from './errors.ts';
import type { Guess } from './guesses.ts';
import { type Credentials, findOne, type Proving } from './prove.ts';
import { isSendable, readName } from './typed.ts';

/** RFC 3062. */
const passwordModify = '1.3.6.1.4.1.4203.1.11.1';
/** ERROR_INVALID_PASSWORD and ERROR_WRONG_PASSWORD, as Active Directory has them in the text of a refusal. */
const wrongOld = /^0000005[6A]:|^0000052E:|data 52e/i;

/**
 * Changes a person's password in the directory, who must know the present one: by its own policy, over TLS, with the
 * right that everybody has for their own. In Active Directory that works while the password has expired too.
 * @throws signIn.wrongCredentials, signIn.tooManyGuesses, signIn.passwordRefused, signIn.passwordNotChangeable, directory.*
 */
export async function changePassword(
  proving: Proving,
  directory: Directory,
  { name, password }: Credentials,
  newPassword: string,
): Promise<void> {
  const typed = readName(name);
  if (!typed || !isSendable(password)) throw signInErrors('signIn.wrongCredentials', { detail: 'notSent' });
  if (!isSendable(newPassword))
    throw signInErrors('signIn.passwordRefused', { field: 'newPassword', detail: 'notSent' });
  const { entry, guess } = await findOne(proving, directory, typed, password);
  try {
    if (isActiveDirectory(directory.kind)) {
      await proving.client.session((session) => changeInAd(session, entry.dn, password, newPassword));
    } else {
      await proving.client.proof((session) => changeByRfc3062(session, entry.dn, password, newPassword));
    }
  } catch (error) {
    throw await explain(guess, error);
  }
  await guess.right();
}

/** A value taken away and one given in one request is a change, which needs the old one (MS-ADTS 3.1.1.3.1.5). */
const changeInAd = (session: Session, dn: string, from: string, to: string): Promise<void> =>
  session.modify(dn, [
    new Change({ operation: 'delete', modification: unicodePassword(from) }),
    new Change({ operation: 'add', modification: unicodePassword(to) }),
  ]);

const unicodePassword = (password: string): Attribute =>
  new Attribute({ type: 'unicodePwd', values: [Buffer.from(`"${password}"`, 'utf16le')] });

async function changeByRfc3062(session: Session, dn: string, from: string, to: string): Promise<void> {
  const answer = await session.bindAs(dn, from);
  if (!answer.accepted) throw new LdapRefusal('bind', answer.code ?? resultCodes.invalidCredentials, answer.text);
  const value = new BerWriter();
  value.startSequence();
  value.writeString(dn, 0x80);
  value.writeString(from, 0x81);
  value.writeString(to, 0x82);
  value.endSequence();
  await session.extended(passwordModify, value.buffer);
}

async function explain(guess: Guess, error: unknown): Promise<unknown> {
  const refusal = refusalOf(error);
  const detail = refusal?.message ?? '';
  if (!refusal || refusal.code === resultCodes.invalidCredentials || wrongOld.test(refusal.text)) {
    await guess.wrong();
    return refusal ? signInErrors('signIn.wrongCredentials', { detail, cause: error }) : error;
  }
  await guess.right(); // the present password was
  if (refusal.code === resultCodes.insufficientAccess)
    return signInErrors('signIn.passwordNotChangeable', { detail, cause: error });
  return signInErrors('signIn.passwordRefused', { field: 'newPassword', detail, cause: error });
}
