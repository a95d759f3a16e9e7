import { identifyAs } from '../../platform/context/context.ts';
import { clock } from '../../platform/clock/clock.ts';
import { verifyPassword } from '../../platform/secrets/passwords.ts';
import type { Session } from '../../auth/sessions/session.entity.ts';
import type { Sessions } from '../../auth/sessions/sessions.ts';
import type { Ground } from '../../trail/ground.ts';
import { accessErrors } from '../errors.ts';
import { AdministratorTable } from './administrator.entity.ts';
import { administratorPrincipal } from './principal.ts';

export interface SignInInput {
  organisationId: string;
  userName: string;
  password: string;
}

/**
 * By what an administrator is looked up, and attempts are counted: one form for both, of bounded length. What is no
 * number of an organisation, or no user name, is the same empty key for all.
 */
export function administratorKey(input: Pick<SignInInput, 'organisationId' | 'userName'>): {
  organisation: string;
  name: string;
} {
  const organisation = input.organisationId.slice(0, 64).replaceAll(/[\s-]/g, '');
  const name = input.userName.trim();
  return {
    organisation: /^\d{12}$/.test(organisation) ? organisation : '',
    name: name.length <= 64 ? name.toLowerCase() : '',
  };
}

/**
 * Signs an administrator in: a password is verified in every case, so an unknown name costs the same time.
 * @param previous the session that this browser held before, which ends
 * @throws administrator.signInFailed, password.busy
 */
export async function signInAdministrator(
  ground: Ground,
  sessions: Sessions,
  input: SignInInput,
  previous: Session | null,
): Promise<{ session: Session; token: string }> {
  const { organisation, name } = administratorKey(input);
  const administrator = await ground.db.read.findOneBy(AdministratorTable, {
    organisationId: organisation,
    userNameKey: name,
  });
  const right = await verifyPassword(administrator?.passwordHash ?? null, input.password.slice(0, 1024));
  const action = {
    eventName: 'ConsoleLogin',
    organisationId: administrator?.organisationId ?? null,
    requestParameters: { userName: administrator?.userName ?? '(unknown)' },
    beside: true,
  };
  if (!administrator || !right) {
    const refusal = accessErrors('administrator.signInFailed');
    ground.trail.refused(action, refusal);
    throw refusal;
  }
  const { id, organisationId, userName } = administrator;
  identifyAs({ type: 'Administrator', principalId: id, userName, organisationId });
  return ground.trail.perform(action, async (m) => {
    const principal = await administratorPrincipal(m, id);
    const now = await m.findOneBy(AdministratorTable, { id });
    // The password may have been changed while this one was verified.
    if (!principal || now?.passwordHash !== administrator.passwordHash)
      throw accessErrors('administrator.signInFailed');
    if (previous) await sessions.end(m, previous.principalId, previous.id, 'signedInAgain');
    await m.update(AdministratorTable, { id }, { lastActiveAt: clock.now() });
    return { result: await sessions.begin(m, principal, ground.config.adminSessionHours * 3_600_000) };
  });
}
