import { SecondStep } from '../../../auth/credentials/signing-in/second.ts';
import type { Browser, In } from '../../../auth/credentials/signing-in/browser.ts';
import type { Passkeys } from '../../../auth/credentials/factors/passkeys.ts';
import type { Sessions } from '../../../auth/sessions/sessions.ts';
import { identifyAs } from '../../../platform/context/context.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Action } from '../../../trail/trail.ts';
import type { Ground } from '../../../trail/ground.ts';
import { credentialErrors } from '../../../auth/credentials/errors.ts';
import { type Administrator, AdministratorTable } from '../administrator.entity.ts';
import { administratorHolder } from '../holder.ts';
import { ownAction } from '../own-action.ts';
import { letIn } from './sign-in.ts';

const actionOf = (administrator: Administrator): Action => ({
  ...ownAction('ConsoleLogin', administrator),
  beside: true,
});

const identify = ({ id, organisationId, userName }: Administrator): void =>
  identifyAs({ type: 'Administrator', principalId: id, userName, organisationId });

/** The second step of administrators' sign-ins. */
export const administratorSecondStep = (ground: Ground, sessions: Sessions): SecondStep<Administrator> =>
  new SecondStep<Administrator>(ground, {
    kind: 'administrator',
    whose: async (on, { holderId, epoch }) => {
      const subject = await on.findOneBy(AdministratorTable, { id: holderId });
      const good = subject?.passwordHash != null && subject.epoch === epoch;
      return good ? { subject, holder: administratorHolder(subject) } : null;
    },
    begin: (subject) => {
      identify(subject);
      return actionOf(subject);
    },
    letIn: (m, subject, from, { by }) =>
      letIn(ground, sessions, m, subject, from, by === 'enrolled' ? 'password' : `password+${by}`),
  });

/**
 * A sign-in by a passkey alone, without a name: it shows that somebody has the device and was verified by it, which are
 * two factors. No guess at passwords or codes has any part in it, so no flood of them can close it.
 * @throws passkey.refused
 */
export async function signInByPasskey(
  ground: Ground,
  sessions: Sessions,
  passkeys: Passkeys,
  answer: string,
  from: Browser,
): Promise<In> {
  const unknown = { eventName: 'ConsoleLogin', organisationId: null };
  const asked = { purpose: 'sign-in', browser: from.browser };
  const proven = await passkeys.prove(answer, asked, null).catch((error: unknown) => {
    if (error instanceof CarillonError) ground.trail.refused(unknown, error);
    throw error;
  });
  const administrator = await ground.db.read.findOneBy(AdministratorTable, { id: proven.passkey.holderId });
  if (!administrator) throw credentialErrors('passkey.refused');
  identify(administrator);
  return ground.trail.perform(actionOf(administrator), async (m) => {
    await proven.spend(m);
    return letIn(ground, sessions, m, administrator, from, 'passkey');
  });
}
