import type { Sessions } from '../../../auth/sessions/sessions.ts';
import { identifyAs } from '../../../platform/context/context.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Action } from '../../../trail/trail.ts';
import type { Ground } from '../../../trail/ground.ts';
import { accessErrors } from '../../errors.ts';
import { type Administrator, AdministratorTable } from '../administrator.entity.ts';
import { hasFactor, storeFactor } from '../factors/factors.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import type { Enrolment } from '../factors/proof.ts';
import { knownDevice } from '../guesses/devices.ts';
import { ownAction } from '../own-action.ts';
import { administratorKey, type Browser, type In, letIn } from './sign-in.ts';
import { endPending, type Pending, readPending, takePendingGuess } from './pending.ts';
import { proveCode } from './codes.ts';

/** An answer to the page of the second factor. */
export type SecondAnswer = { code: string } | { passkey: string };

/** For what a passkey is asked while a sign-in is pending. */
export const secondPurpose = ({ pending }: Pending): string => `second:${pending.id}`;

const actionOf = (administrator: Administrator): Action => ({
  ...ownAction('ConsoleLogin', administrator),
  beside: true,
});

/**
 * The second step of a sign-in: a code or a passkey, and in.
 * @throws signIn.begunElsewhere, factor.codeWrong, factor.tooManyCodes, passkey.refused
 */
export async function finishSignIn(
  ground: Ground,
  sessions: Sessions,
  passkeys: Passkeys,
  token: string | undefined,
  answer: SecondAnswer,
  from: Browser,
): Promise<In & { target: string; provedBy: string }> {
  const found = await readPending(ground.db.read, token, from.browser);
  return recorded(ground, found, async () => {
    await ground.db.write((m) => takePendingGuess(m, found.pending));
    const { administrator } = found;
    const device = await knownDevice(ground.db.read, keyOf(administrator), from.device);
    const proven =
      'passkey' in answer
        ? await passkeys.prove(
            answer.passkey,
            { purpose: secondPurpose(found), browser: from.browser },
            administrator.id,
          )
        : await proveCode(ground, administrator, answer.code, device, { recovery: true });
    return ground.trail.perform(actionOf(administrator), async (m) => {
      const now = await stillPending(m, token, from.browser);
      await proven.spend(m);
      await endPending(m, now.pending);
      const done = await letIn(ground, sessions, m, now.administrator, from, `password+${proven.by}`);
      return { ...done, result: { ...done.result, target: now.pending.target, provedBy: proven.by } };
    });
  });
}

/**
 * The second step of somebody who has no second factor and needs one: it is set up, and they are in.
 * @returns recovery codes too, to be shown once
 * @throws signIn.begunElsewhere, factor.offerStale, factor.codeWrong, passkey.*
 */
export async function finishByEnrolling(
  ground: Ground,
  sessions: Sessions,
  token: string | undefined,
  enrol: (found: Pending) => Promise<Enrolment>,
  from: Browser,
): Promise<In & { target: string; codes: string[] }> {
  const found = await readPending(ground.db.read, token, from.browser);
  // Whoever has a factor must show it: a password alone never adds another.
  if (hasFactor(found.factors)) throw accessErrors('signIn.begunElsewhere');
  return recorded(ground, found, async () => {
    const enrolment = await enrol(found);
    return ground.trail.perform(actionOf(found.administrator), async (m) => {
      // Of two sign-ins at once, the second must find the factor of the first.
      await ground.db.alone(found.administrator.id);
      const now = await stillPending(m, token, from.browser);
      if (hasFactor(now.factors)) throw accessErrors('signIn.begunElsewhere');
      const codes = await storeFactor(m, now.administrator, enrolment);
      await endPending(m, now.pending);
      const { result, responseElements } = await letIn(ground, sessions, m, now.administrator, from, 'password');
      return {
        result: { ...result, target: now.pending.target, codes },
        responseElements: { ...responseElements, enrolled: enrolment.eventName },
      };
    });
  });
}

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
  const { administratorId: id } = proven.passkey;
  const administrator = await ground.db.read.findOneBy(AdministratorTable, { id });
  if (!administrator) throw accessErrors('passkey.refused');
  const { organisationId, userName } = administrator;
  identifyAs({ type: 'Administrator', principalId: id, userName, organisationId });
  return ground.trail.perform(actionOf(administrator), async (m) => {
    await proven.spend(m);
    return letIn(ground, sessions, m, administrator, from, 'passkey');
  });
}

const keyOf = ({ organisationId, userName }: Administrator) => administratorKey({ organisationId, userName });

/** Time has passed since it was read: a no, or the same answer sent twice, may have come between. */
const stillPending = (m: Writer, token: string | undefined, browser: string): Promise<Pending> =>
  readPending(m, token, browser);

/** Whatever is refused leaves a record that names whose sign-in it was. */
async function recorded<T>(ground: Ground, { administrator }: Pending, work: () => Promise<T>): Promise<T> {
  const { id, organisationId, userName } = administrator;
  identifyAs({ type: 'Administrator', principalId: id, userName, organisationId });
  try {
    return await work();
  } catch (error) {
    if (error instanceof CarillonError) ground.trail.refused(actionOf(administrator), error);
    throw error;
  }
}
