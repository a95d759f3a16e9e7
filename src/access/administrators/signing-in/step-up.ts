import type { Proving } from '../../../auth/credentials/signing-in/step-up.ts';
import type { Session } from '../../../auth/sessions/session.entity.ts';
import type { Sessions } from '../../../auth/sessions/sessions.ts';
import { verifyPassword } from '../../../platform/secrets/passwords.ts';
import { accessErrors } from '../../errors.ts';
import { type Administrator, AdministratorTable } from '../administrator.entity.ts';
import { administratorHolder } from '../holder.ts';
import { administratorPrincipal } from '../principal.ts';

/**
 * An administrator who proves once more that it is they; they go on under a new session.
 * @throws administrator.passwordWrong, administrator.proofNeeded (when proved)
 */
export const provingAdministrator = (sessions: Sessions, administrator: Administrator, session: Session): Proving => ({
  holder: administratorHolder(administrator),
  session,
  password: async (given) => {
    if (await verifyPassword(administrator.passwordHash, given, 'known')) return;
    throw accessErrors('administrator.passwordWrong', { field: 'password' });
  },
  renew: async (m) => {
    const { id } = administrator;
    const now = await m.findOneBy(AdministratorTable, { id });
    const principal = now?.passwordHash === administrator.passwordHash && (await administratorPrincipal(m, id));
    const renewed = principal && principal.epoch === session.epoch && session;
    const result = renewed ? await sessions.renew(m, renewed, principal) : null;
    if (!result) throw accessErrors('administrator.proofNeeded');
    return result;
  },
});
