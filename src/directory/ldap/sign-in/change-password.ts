import { Attribute, BerWriter, Change, PasswordPolicyControl } from 'ldapts';
import type { Ground } from '../../../trail/ground.ts';
import { UserTable } from '../../../users/user.entity.ts';
import { refusalOf } from '../client/client.ts';
import { resultCodes } from '../client/fault.ts';
import type { Session } from '../client/session.ts';
import type { Directory } from '../directory.entity.ts';
import { isActiveDirectory } from '../kinds.ts';
import { signInErrors } from './errors.ts';
import { type Credentials, findOne, type Proving } from './prove.ts';
import { isSendable, readName } from './typed.ts';
import { causeOf, wantsNewPassword } from './verdict.ts';

/** RFC 3062. */
const passwordModify = '1.3.6.1.4.1.4203.1.11.1';

/**
 * Changes a person's password in the directory, who must know the present one: by its own policy, over TLS, with the
 * right that everybody has for their own. The present one is proved first, since a directory may refuse a change for
 * other reasons before it looks. In Active Directory that works while the password has expired too.
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
  const { entry, person, guess } = await findOne(proving, directory, typed, password);
  const { client, ground } = proving;
  let proved = false;
  let sent = false;
  const prove = async (session: Session): Promise<void> => {
    if (sent) await guess.onceMore();
    sent = true;
    await requireRight(session, directory, entry.dn, password);
    proved = true;
    await guess.right();
  };
  try {
    if (isActiveDirectory(directory.kind)) {
      await client.proof(prove);
      await client.session((session) => changeInAd(session, entry.dn, password, newPassword));
    } else {
      await client.proof(async (session) => {
        await prove(session);
        await changeByRfc3062(session, entry.dn, password, newPassword);
      });
    }
  } catch (error) {
    if (proved) throw explain(error);
    await guess.wrong();
    throw error;
  }
  await record(ground, directory, person.guid);
}

/** A bind that is accepted, or refused only because another password is wanted. @throws signIn.wrongCredentials */
async function requireRight(session: Session, { kind }: Directory, dn: string, password: string): Promise<void> {
  const isAd = isActiveDirectory(kind);
  const policy = new PasswordPolicyControl();
  const answer = await session.bindAs(dn, password, isAd ? [] : [policy]);
  if (answer.accepted) return;
  const cause = causeOf(answer, policy.value?.error);
  if (!wantsNewPassword(cause, isAd))
    throw signInErrors('signIn.wrongCredentials', { detail: `${cause}: ${answer.text}` });
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
  const value = new BerWriter();
  value.startSequence();
  value.writeString(dn, 0x80);
  value.writeString(from, 0x81);
  value.writeString(to, 0x82);
  value.endSequence();
  await session.extended(passwordModify, value.buffer);
}

/** What became of a change by somebody who had proved the present password. */
function explain(error: unknown): unknown {
  const refusal = refusalOf(error);
  if (!refusal) return error;
  const detail = refusal.message;
  if (refusal.code === resultCodes.insufficientAccess)
    return signInErrors('signIn.passwordNotChangeable', { detail, cause: error });
  return signInErrors('signIn.passwordRefused', { field: 'newPassword', detail, cause: error });
}

/** Leaves a record of its own: the sign-in after it says nothing of a change. */
async function record(
  { db, trail }: Ground,
  { id, organisationId, accountId }: Directory,
  guid: string,
): Promise<void> {
  const user = await db.read.findOneBy(UserTable, { connectionId: id, externalId: guid });
  const scope = { organisationId, accountId };
  trail.observed({
    eventName: 'ChangeDirectoryPassword',
    ...scope,
    requestParameters: { accountId, directoryId: id, ...(user && { userId: user.id }) },
  });
}
