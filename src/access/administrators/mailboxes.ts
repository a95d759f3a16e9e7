import type { Reader } from '../../platform/database/unit.ts';
import { mailboxOf } from '../../platform/mail/address.ts';
import { listAdministrators } from './manage.ts';

/**
 * Where the administrators of an organisation read their mail: those who are called by an e-mail address, and have set their
 * sign-in up. The others have no address here.
 */
export async function mailboxesOfAdministrators(on: Reader, organisationId: string): Promise<string[]> {
  const all = await listAdministrators(on, organisationId);
  return all
    .filter(({ passwordHash, userName }) => passwordHash !== null && mailboxOf(userName) !== null)
    .map(({ userName }) => userName);
}
