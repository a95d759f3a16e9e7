import type { Writer } from '../../../platform/database/unit.ts';

/** How somebody proved who they are, in the words of RFC 8176. */
export type Amr = 'pwd' | 'otp' | 'hwk' | 'swk';

/** A proof that was verified before a unit of work, because verifying takes its time. */
export interface Proven {
  by: 'password' | 'totp' | 'recoveryCode' | 'passkey';
  amr: Amr;
  /** Inside the unit that believes it: makes sure that it is believed once. @throws what refuses a second use */
  spend: (m: Writer) => Promise<void>;
}

/** A factor that was verified and is not stored yet. */
export interface Enrolment {
  eventName: 'EnableTotp' | 'CreatePasskey';
  amr: Amr;
  store: (m: Writer) => Promise<void>;
}
