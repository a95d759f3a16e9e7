import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Action, Done } from '../../../trail/trail.ts';
import { credentialErrors } from '../errors.ts';
import { type Factors, factorsOf, hasFactor, storeFactor } from '../factors/factors.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import type { Enrolment, Proven } from '../factors/proof.ts';
import { knownDevice } from '../guesses/devices.ts';
import type { Holder, HolderKind } from '../holders.ts';
import type { Browser, Further, In } from './browser.ts';
import { proveCode } from './codes.ts';
import type { PendingSignIn } from './pending.entity.ts';
import { endPending, findPending, takePendingGuess } from './pending.ts';

/** An answer to the page of the second factor. */
export type SecondAnswer = { code: string } | { passkey: string };

/** Whose sign-in is pending; `subject` is what their kind knows of them. */
export interface Pending<Subject> {
  pending: PendingSignIn;
  holder: Holder;
  subject: Subject;
  factors: Factors;
}

/** What let somebody in, beside the password. */
export type Beside = Pick<Proven, 'by' | 'amr'> | { by: 'enrolled'; amr: Enrolment['amr'] };

/** What each kind of holder answers by itself: the rest of the second step is the same for all. */
export interface Door<Subject, Let extends In | Further = In> {
  kind: HolderKind;
  /** Whose it is, as they are now; null when it is from before a no. */
  whose: (on: Reader, pending: PendingSignIn) => Promise<{ holder: Holder; subject: Subject } | null>;
  /** Says who acts from here on, and what they do, as the trail is told. */
  begin: (subject: Subject) => Action;
  /** Begins the session of somebody who has proved enough, in the unit that believes it; or leads further. */
  letIn: (m: Writer, subject: Subject, from: Browser, beside: Beside) => Promise<Done<Let>>;
}

/** For what a passkey is asked while a sign-in is pending. */
export const secondPurpose = ({ pending }: Pick<Pending<unknown>, 'pending'>): string => `second:${pending.id}`;

/** For what a new passkey is asked. */
export const registerPurpose = ({ id }: Pick<Holder, 'id'>): string => `register:${id}`;

/** Between the right password and the session. */
export class SecondStep<Subject, Let extends In | Further = In> {
  readonly #ground: Ground;
  readonly #door: Door<Subject, Let>;

  constructor(ground: Ground, door: Door<Subject, Let>) {
    this.#ground = ground;
    this.#door = door;
  }

  /**
   * Whose sign-in awaits its second factor in this browser.
   * @throws signIn.begunElsewhere for one that is over, of another browser, or from before a no
   */
  async read(on: Reader, token: string | undefined, browser: string): Promise<Pending<Subject>> {
    const pending = await findPending(on, this.#door.kind, token, browser);
    const found = pending && (await this.#door.whose(on, pending));
    if (!pending || !found) throw credentialErrors('signIn.begunElsewhere');
    return { pending, ...found, factors: await factorsOf(on, found.holder) };
  }

  /**
   * A code or a passkey, and in.
   * @throws signIn.begunElsewhere, factor.codeWrong, factor.tooManyCodes, passkey.refused; what the door throws
   */
  async finish(
    passkeys: Passkeys,
    token: string | undefined,
    answer: SecondAnswer,
    from: Browser,
  ): Promise<Let & { target: string; provedBy: Proven['by'] }> {
    const { db, trail } = this.#ground;
    const found = await this.read(db.read, token, from.browser);
    return this.#recorded(found, async (action) => {
      await db.write((m) => takePendingGuess(m, this.#door.kind, found.pending));
      const proven = await this.#proven(passkeys, found, answer, from);
      return trail.perform(action, async (m) => {
        const now = await this.read(m, token, from.browser); // a no, or the same answer sent twice, may have come between
        await proven.spend(m);
        if (proven.by === 'recoveryCode') await now.holder.tell?.(this.#ground, m, 'recoveryCodeUsed');
        await endPending(m, this.#door.kind, now.pending);
        const done = await this.#door.letIn(m, now.subject, from, proven);
        const target = targetOf(done.result, now.pending);
        return { ...done, result: { ...done.result, target, provedBy: proven.by } };
      });
    });
  }

  async #proven(
    passkeys: Passkeys,
    found: Pending<Subject>,
    answer: SecondAnswer,
    { browser, device }: Browser,
  ): Promise<Proven> {
    const { holder } = found;
    if ('passkey' in answer) {
      return passkeys.prove(answer.passkey, { purpose: secondPurpose(found), browser }, holder.id);
    }
    const known = await knownDevice(this.#ground.db.read, holder.kind, holder.id, device);
    return proveCode(this.#ground, holder, answer.code, known, { recovery: true });
  }

  /**
   * For somebody who has no second factor and needs one: it is set up, and they are in.
   * @returns recovery codes too, to be shown once
   * @throws signIn.begunElsewhere, factor.offerStale, factor.codeWrong, passkey.*; what the door throws
   */
  async finishByEnrolling(
    token: string | undefined,
    enrol: (found: Pending<Subject>) => Promise<Enrolment>,
    from: Browser,
  ): Promise<Let & { target: string; codes: string[] }> {
    const { db, trail } = this.#ground;
    const found = await this.read(db.read, token, from.browser);
    // Whoever has a factor must show it: a password alone never adds another.
    if (hasFactor(found.factors)) throw credentialErrors('signIn.begunElsewhere');
    return this.#recorded(found, async (action) => {
      const enrolment = await enrol(found);
      return trail.perform(action, async (m) => {
        // Of two sign-ins at once, the second must find the factor of the first.
        await db.alone(found.holder.id);
        const now = await this.read(m, token, from.browser);
        if (hasFactor(now.factors)) throw credentialErrors('signIn.begunElsewhere');
        const codes = await storeFactor(this.#ground, m, now.holder, enrolment);
        await endPending(m, this.#door.kind, now.pending);
        const { amr } = enrolment;
        const done = await this.#door.letIn(m, now.subject, from, { by: 'enrolled', amr });
        return {
          ...done,
          result: { ...done.result, target: targetOf(done.result, now.pending), codes },
          responseElements: { ...done.responseElements, enrolled: enrolment.eventName },
        };
      });
    });
  }

  /** Whatever is refused leaves a record that names whose sign-in it was. */
  async #recorded<T>({ subject }: Pending<Subject>, work: (action: Action) => Promise<T>): Promise<T> {
    const action = this.#door.begin(subject);
    try {
      return await work(action);
    } catch (error) {
      if (error instanceof CarillonError) this.#ground.trail.refused(action, error);
      throw error;
    }
  }
}

/** Where the browser goes: to where its owner wanted, or to what comes before that. */
const targetOf = (result: In | Further, { target }: PendingSignIn): string =>
  result.step === 'further' ? result.path : target;
