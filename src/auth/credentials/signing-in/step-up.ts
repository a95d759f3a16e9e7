import { clock } from '../../../platform/clock/clock.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { createSharedRates } from '../../../platform/rates/shared.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Session } from '../../sessions/session.entity.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import type { Proven } from '../factors/proof.ts';
import { knownDevice } from '../guesses/devices.ts';
import type { Holder } from '../holders.ts';
import { proveCode } from './codes.ts';

const recentMs = 10 * 60_000;

/** Whether whoever holds this session has proved lately who they are: sensitive acts need it. */
export const provedLately = ({ provedAt, createdAt }: Session): boolean =>
  clock.now() - (provedAt ?? createdAt) < recentMs;

export type ProofAnswer = { password: string } | { code: string } | { passkey: string };

/** For what a passkey is asked in a session. */
export const stepUpPurpose = ({ id }: Session): string => `step-up:${id}`;

/** Who proves once more that it is they, with what their kind answers by itself. */
export interface Proving {
  holder: Holder;
  session: Session;
  /** Whether this is their password. @throws the refusal of a wrong one, and for those who have none */
  password: (given: string) => Promise<void>;
  /** Goes on with the session in the unit that believes the proof. @throws when a no has come between */
  renew: (m: Writer, proven: Proven) => Promise<{ session: Session; token: string }>;
}

/** Takes a further proof of those who are in already. */
export class StepUp {
  readonly #ground: Ground;
  readonly #passkeys: Passkeys;
  /** Only a session of that holder gets here, so this is no lock that others could turn. */
  readonly #limit: (asked: readonly ['proof', string]) => Promise<void>;

  constructor(ground: Ground, passkeys: Passkeys) {
    this.#ground = ground;
    this.#passkeys = passkeys;
    this.#limit = createSharedRates(ground, 'further', { proof: { points: 10, seconds: 900 } });
  }

  /**
   * Proves once more who is in, and goes on under a new token.
   * @throws factor.codeWrong, factor.tooManyCodes, passkey.refused, rate.exceeded; what `who` throws
   */
  async prove(
    who: Proving,
    answer: ProofAnswer,
    browser: { browser: string; device: string | undefined },
  ): Promise<{ session: Session; token: string }> {
    const action = { ...who.holder.action('ConfirmIdentity'), beside: true };
    try {
      const proven = await this.#proven(who, answer, browser);
      return await this.#ground.trail.perform(action, async (m) => {
        await proven.spend(m);
        return { result: await who.renew(m, proven), responseElements: { provedBy: proven.by } };
      });
    } catch (error) {
      if (error instanceof CarillonError) this.#ground.trail.refused(action, error);
      throw error;
    }
  }

  async #proven(
    { holder, session, password }: Proving,
    answer: ProofAnswer,
    { browser, device }: { browser: string; device: string | undefined },
  ): Promise<Proven> {
    if ('passkey' in answer) {
      const asked = { purpose: stepUpPurpose(session), browser };
      return this.#passkeys.prove(answer.passkey, asked, holder.id);
    }
    await this.#limit(['proof', holder.id]);
    if ('code' in answer) {
      const known = await knownDevice(this.#ground.db.read, holder.kind, holder.id, device);
      return proveCode(this.#ground, holder, answer.code, known, { recovery: false });
    }
    await password(answer.password.slice(0, 1024));
    return { by: 'password', amr: 'pwd', spend: () => Promise.resolve() };
  }
}
