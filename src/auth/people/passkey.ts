import { clock } from '../../platform/clock/clock.ts';
import { identifyAs } from '../../platform/context/context.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import type { Ground } from '../../trail/ground.ts';
import { UserTable } from '../../users/user.entity.ts';
import { credentialErrors } from '../credentials/errors.ts';
import type { Passkeys } from '../credentials/factors/passkeys.ts';
import type { Browser } from '../credentials/signing-in/browser.ts';
import { signsInHere } from '../own/logins.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { admit, type Entered, signInAction } from './let-in.ts';
import { type OwnProof, withMethod } from './proof.ts';

/** For what a passkey is asked on the sign-in page. */
export const signInPurpose = 'sign-in';

/**
 * A sign-in by a passkey alone, without an address: it shows that somebody has the device and was verified by it, which
 * are two factors. For own accounts: a directory's people prove themselves at their directory in any case.
 * @throws passkey.refused, NotEntitled
 */
export async function signInByPasskey(
  ground: Ground,
  sessions: Sessions,
  passkeys: Passkeys,
  { answer, target }: { answer: string; target: string },
  from: Browser,
): Promise<Entered> {
  const refused = (error: unknown): never => {
    if (error instanceof CarillonError) ground.trail.refused({ eventName: 'SignIn', organisationId: null }, error);
    throw error;
  };
  const proven = await passkeys.prove(answer, { purpose: signInPurpose, browser: from.browser }, null).catch(refused);
  const { read } = ground.db;
  const user = await read.findOneBy(UserTable, { id: proven.passkey.holderId });
  if (!user || user.deletedAt !== null || !(await signsInHere(read, user)))
    return refused(credentialErrors('passkey.refused', { detail: 'no own account' }));
  const { id, userName, organisationId, accountId } = user;
  identifyAs({ type: 'User', principalId: id, userName, organisationId, accountId });
  const amr = withMethod(null, proven.amr);
  const proof: OwnProof = { userId: id, by: 'passkey', target, authTime: clock.now(), amr };
  return ground.trail.perform(signInAction(proof, user), async (m) => {
    await proven.spend(m);
    return admit(ground, sessions, m, proof, from, null);
  });
}
