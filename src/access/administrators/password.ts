import type { Session } from '../../auth/sessions/session.entity.ts';
import type { Sessions } from '../../auth/sessions/sessions.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { hashPassword } from '../../platform/secrets/passwords.ts';
import { checkPassword } from '../../platform/secrets/rules.ts';
import type { Ground } from '../../trail/ground.ts';
import { accessErrors } from '../errors.ts';
import { type Administrator, AdministratorTable } from './administrator.entity.ts';
import { putOut } from './changed.ts';
import { ownAction } from './own-action.ts';
import { administratorPrincipal } from './principal.ts';

export interface NewPassword {
  password: string;
  again: string;
}

/** The hash of a password that somebody chose. @throws administrator.passwordsDiffer, password.* */
export async function newPasswordHash({ password, again }: NewPassword, about: readonly string[]): Promise<string> {
  if (password !== again) throw accessErrors('administrator.passwordsDiffer', { field: 'again' });
  try {
    checkPassword(password, about);
  } catch (error) {
    throw error instanceof CarillonError
      ? new CarillonError(error.code, error.kind, error.message, { field: 'password' })
      : error;
  }
  return hashPassword(password, 'known');
}

/**
 * Changes the password of who is in and has proved it lately. Every other device is out; this one goes on under a new
 * session.
 * @throws administrator.passwordsDiffer, administrator.proofNeeded, password.*
 */
export async function changePassword(
  ground: Ground,
  sessions: Sessions,
  { id, organisationId, userName, passwordHash: old }: Administrator,
  session: Session,
  input: NewPassword,
): Promise<{ session: Session; token: string }> {
  const passwordHash = await newPasswordHash(input, [userName]);
  return ground.trail.perform(ownAction('ChangePassword', { id, organisationId, userName }), async (m) => {
    const now = await m.findOneBy(AdministratorTable, { id });
    if (!now || now.passwordHash !== old || now.epoch !== session.epoch)
      throw accessErrors('administrator.proofNeeded');
    await m.update(AdministratorTable, { id }, { passwordHash });
    await putOut(ground, sessions, m, id, 'passwordChanged', session.id);
    const principal = await administratorPrincipal(m, id);
    const result = principal && (await sessions.renew(m, session, principal));
    if (!result) throw accessErrors('administrator.proofNeeded');
    return { result };
  });
}
