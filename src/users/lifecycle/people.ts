import { clock } from '../../platform/clock/clock.ts';
import { asRow } from '../../platform/database/columns.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { Ground } from '../../trail/ground.ts';
import { UserAddressTable } from '../address.entity.ts';
import { type User, UserTable } from '../user.entity.ts';
import { markChanged, putOut, putOutWithoutRight, type Scope } from './out.ts';
import { addressRows, personColumns, type PersonInput } from './person.ts';
import { sql } from '../../platform/database/sql.ts';

/** A person as a directory first names them; the default licence counts where tiers are given by hand. */
export async function createPerson(m: Writer, scope: Scope, connectionId: string, input: PersonInput): Promise<User> {
  const columns = await personColumns(m, scope, input, null);
  const now = clock.now();
  const user: User = {
    id: newId(),
    organisationId: scope.organisationId,
    accountId: scope.accountId,
    connectionId,
    ...columns,
    licence: 'Basic',
    version: 1,
    epoch: 1,
    createdAt: now,
    updatedAt: now,
    joinedAt: null,
    lastActiveAt: null,
    liveUntil: null,
    deletedAt: null,
  };
  await m.insert(UserTable, asRow(user));
  await writeAddresses(m, user, input);
  return user;
}

/** The same person with other attributes. Whoever moves to a domain that is not theirs is refused before this. */
export async function updatePerson(ground: Ground, m: Writer, user: User, input: PersonInput): Promise<User> {
  const columns = await personColumns(m, user, input, user.id);
  const updatedAt = clock.now();
  await m.update(UserTable, { id: user.id }, asRow({ ...columns, updatedAt }));
  await m.delete(UserAddressTable, { userId: user.id });
  await writeAddresses(m, user, input);
  await markChanged(ground, m, [user.id]);
  await putOutWithoutRight(ground, m, user, 'domain', sql`u."id" = ${user.id}`);
  return { ...user, ...columns, updatedAt };
}

/** Out at once; what they owned is kept under the dead id. A new push of the name is a new person. */
export async function deletePerson(ground: Ground, m: Writer, user: User): Promise<void> {
  await m.update(UserTable, { id: user.id }, { deletedAt: clock.now(), updatedAt: clock.now() });
  await putOut(ground, m, user, [user.id], 'deleted');
}

async function writeAddresses(m: Writer, user: User, input: PersonInput): Promise<void> {
  const rows = addressRows(user.id, user.accountId, input);
  if (rows.length) await m.insert(UserAddressTable, rows);
}
