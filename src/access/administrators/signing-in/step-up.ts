import type { Session } from '../../../auth/sessions/session.entity.ts';
import type { Sessions } from '../../../auth/sessions/sessions.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { createRate } from '../../../platform/http/rate.ts';
import { verifyPassword } from '../../../platform/secrets/passwords.ts';
import type { Ground } from '../../../trail/ground.ts';
import { accessErrors } from '../../errors.ts';
import { type Administrator, AdministratorTable } from '../administrator.entity.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import type { Proven } from '../factors/proof.ts';
import { knownDevice } from '../guesses/devices.ts';
import { ownAction } from '../own-action.ts';
import { administratorPrincipal } from '../principal.ts';
import { proveCode } from './codes.ts';
import { administratorKey } from './sign-in.ts';

const recentMs = 10 * 60_000;

/** Whether whoever holds this session has proved lately who they are: sensitive acts need it. */
export const provedLately = ({ provedAt, createdAt }: Session): boolean =>
  clock.now() - (provedAt ?? createdAt) < recentMs;

export type ProofAnswer = { password: string } | { code: string } | { passkey: string };

/** For what a passkey is asked in a session. */
export const stepUpPurpose = ({ id }: Session): string => `step-up:${id}`;

/** Takes a further proof of those who are in already. */
export class StepUp {
  readonly #ground: Ground;
  readonly #sessions: Sessions;
  readonly #passkeys: Passkeys;
  /** Only a session of that administrator gets here, so this is no lock that others could turn. */
  readonly #limit = createRate({ points: 10, seconds: 900 });

  constructor(ground: Ground, sessions: Sessions, passkeys: Passkeys) {
    this.#ground = ground;
    this.#sessions = sessions;
    this.#passkeys = passkeys;
  }

  /**
   * Proves once more who is in, and goes on under a new session.
   * @throws administrator.passwordWrong, factor.codeWrong, factor.tooManyCodes, passkey.refused, rate.exceeded
   */
  async prove(
    administrator: Administrator,
    session: Session,
    answer: ProofAnswer,
    browser: { browser: string; device: string | undefined },
  ): Promise<{ session: Session; token: string }> {
    const { id } = administrator;
    const action = { ...ownAction('ConfirmIdentity', administrator), beside: true };
    try {
      const proven = await this.#proven(administrator, session, answer, browser);
      return await this.#ground.trail.perform(action, async (m) => {
        await proven.spend(m);
        const now = await m.findOneBy(AdministratorTable, { id });
        const principal = now?.passwordHash === administrator.passwordHash && (await administratorPrincipal(m, id));
        const renewed = principal && principal.epoch === session.epoch && session;
        const result = renewed ? await this.#sessions.renew(m, renewed, principal) : null;
        if (!result) throw accessErrors('administrator.proofNeeded');
        return { result, responseElements: { provedBy: proven.by } };
      });
    } catch (error) {
      if (error instanceof CarillonError) this.#ground.trail.refused(action, error);
      throw error;
    }
  }

  async #proven(
    administrator: Administrator,
    session: Session,
    answer: ProofAnswer,
    { browser, device }: { browser: string; device: string | undefined },
  ): Promise<Proven> {
    if ('passkey' in answer) {
      const asked = { purpose: stepUpPurpose(session), browser };
      return this.#passkeys.prove(answer.passkey, asked, administrator.id);
    }
    await this.#limit(administrator.id);
    if ('code' in answer) {
      const known = await knownDevice(this.#ground.db.read, administratorKey(administrator), device);
      return proveCode(this.#ground, administrator, answer.code, known, { recovery: false });
    }
    if (!(await verifyPassword(administrator.passwordHash, answer.password.slice(0, 1024), 'known'))) {
      throw accessErrors('administrator.passwordWrong', { field: 'password' });
    }
    return { by: 'password', spend: () => Promise.resolve() };
  }
}
