import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { PeopleMoved } from './move.ts';

/**
 * What the floors above keep of accounts, organisations and people, and let go of in the unit that deletes or erases
 * them: imports run down only, so the composition root hands this in.
 */
export interface Upstairs {
  /** Whatever still proves who somebody is in these accounts, or pushes into them. */
  accountsDeleted: (m: Writer, accountIds: readonly string[]) => Promise<void>;
  /** Its administrators, with all by which they come in. */
  organisationDeleted: (m: Writer, organisationId: string) => Promise<void>;
  /** What is personal, and goes with no row of `users` by itself. */
  peopleErased: (m: Writer, userIds: readonly string[]) => Promise<void>;
  /** What carries the account of people who went to another one, and goes with them. */
  peopleMoved: (m: Writer, moved: PeopleMoved) => Promise<void>;
  /** Where those who run an organisation read their mail, as far as that is known. */
  administratorAddresses: (on: Reader, organisationId: string) => Promise<string[]>;
}
