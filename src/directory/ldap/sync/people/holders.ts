import { normaliseAddress } from '../../../../accounts/domains/name.ts';
import { rows } from '../../../../platform/database/run.ts';
import { isOneOf, sql } from '../../../../platform/database/sql.ts';
import type { Writer } from '../../../../platform/database/unit.ts';
import type { User } from '../../../../users/user.entity.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import type { DirectoryPerson } from './person.ts';

/** Somebody of the account who has an address that an entry names. */
export type NameHolder = Pick<User, 'id' | 'connectionId' | 'externalId' | 'primaryAddressKey'>;

/** Who had the addresses that a batch of entries names before it was written: hardly ever anybody. */
export class NameHolders {
  readonly #byKey: Map<string, NameHolder[]>;

  private constructor(found: NameHolder[]) {
    this.#byKey = Map.groupBy(found, ({ primaryAddressKey }) => primaryAddressKey);
  }

  /** Of the whole account, whoever named them. */
  static async of(m: Writer, { accountId }: DirectoryScope, people: readonly DirectoryPerson[]): Promise<NameHolders> {
    const keys = people.flatMap(({ mail }) => (mail === null ? [] : (normaliseAddress(mail) ?? [])));
    const found = await rows<NameHolder>(
      m,
      sql`SELECT "id", "connectionId", "externalId", "primaryAddressKey" FROM "users"
          WHERE "accountId" = ${accountId} AND "deletedAt" IS NULL AND "releasedAt" IS NULL
          AND "primaryAddressKey" ${isOneOf(keys)}`,
    );
    return new NameHolders(found);
  }

  /** Those who had this address. */
  holding(key: string): NameHolder[] {
    return this.#byKey.get(key) ?? [];
  }
}
