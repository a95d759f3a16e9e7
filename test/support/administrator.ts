import { AdministratorTable } from '../../src/access/administrators/administrator.entity.ts';
import type { KeyOwner } from '../../src/access/keys/keys.ts';
import { createOrganisation } from '../../src/accounts/organisations/organisations.ts';
import type { House } from '../../src/app.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { newId } from '../../src/platform/ids/ids.ts';

/** An administrator who has set a password, which nobody knows: for what is done in their name. */
export async function newAdministrator(
  { ground }: House,
  userName = 'ada',
  organisationId?: string,
): Promise<KeyOwner> {
  return ground.db.write(async (m) => {
    const owning = organisationId ?? (await createOrganisation(m, 'Acme')).id;
    const administratorId = newId();
    await m.insert(AdministratorTable, {
      id: administratorId,
      organisationId: owning,
      userName,
      userNameKey: userName,
      passwordHash: 'is set',
      version: 1,
      epoch: 1,
      createdAt: clock.now(),
      lastActiveAt: null,
    });
    return { organisationId: owning, administratorId };
  });
}
