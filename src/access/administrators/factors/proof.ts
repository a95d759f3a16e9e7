import type { Writer } from '../../../platform/database/unit.ts';

/** A proof that was verified before a unit of work, because verifying takes its time. */
export interface Proven {
  by: 'password' | 'totp' | 'recoveryCode' | 'passkey';
  /** Inside the unit that believes it: makes sure that it is believed once. @throws what refuses a second use */
  spend: (m: Writer) => Promise<void>;
}

/** A factor that was verified and is not stored yet. */
export interface Enrolment {
  eventName: 'EnableTotp' | 'CreatePasskey';
  store: (m: Writer) => Promise<void>;
}
