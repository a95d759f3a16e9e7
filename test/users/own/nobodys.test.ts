import assert from 'node:assert/strict';
import { firstAdministrator, foundOrganisation } from '../../../src/access/administrators/first.ts';
import { inviteAdministrator } from '../../../src/access/administrators/manage.ts';
import {
  createAccount,
  listAccounts,
  renameAccount,
  setDefaultLicence,
  setHelpContact,
} from '../../../src/accounts/accounts/accounts.ts';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { claimDomain } from '../../../src/accounts/domains/domains.ts';
import { listOrganisations, renameOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { OrganisationTable } from '../../../src/accounts/organisations/organisation.entity.ts';
import { createClient } from '../../../src/auth/provider/clients/clients.ts';
import { mapGroup } from '../../../src/directory/groups/mappings.ts';
import { typedOf } from '../../../src/users/invitations/addresses.ts';
import { invitePeople } from '../../../src/users/invitations/invite.ts';
import { removeUser, suspendUser } from '../../../src/users/lifecycle/administer.ts';
import { deleteAccount, deleteOrganisation } from '../../../src/users/lifecycle/delete-account.ts';
import { assignLicence } from '../../../src/users/lifecycle/licence.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { type Own, ownHouse } from './support.ts';

describeOnEachEngine('nobody’s account', () => {
  let own: Own;
  beforeEach(async () => {
    own = await ownHouse();
  });
  afterEach(() => own.stop());

  it('is there from the start, in no list of organisations, and makes no installation look begun', async () => {
    const { ground } = own.house;
    assert.deepEqual(await listOrganisations(ground.db.read), []);
    assert.ok(await ground.db.read.existsBy(OrganisationTable, { id: nobodys.organisationId }));
    assert.notEqual(await firstAdministrator(ground), null);
    await foundOrganisation(ground, { name: 'Acme', userName: 'ada' });
    const listed = (await listOrganisations(ground.db.read)).map(({ id }) => id);
    assert.equal(listed.length, 2);
    assert.ok(!listed.includes(nobodys.organisationId));
    const [only] = await listAccounts(ground.db.read, nobodys.organisationId);
    assert.deepEqual([only?.id, only?.type, only?.defaultLicence], [nobodys.accountId, 'Team', 'Basic']);
  });

  it('is refused by every verb that manages organisations, accounts and people', async () => {
    const { ground, upstairs } = own.house;
    const { organisationId, accountId } = nobodys;
    const { id } = await own.alone('ruth@any.example');
    const by = { organisationId, actorId: null };
    const client = { name: 'Wiki', kind: 'web', redirectUris: ['https://wiki.example/'] };
    const verbs: Record<string, () => Promise<unknown>> = {
      createAccount: () => createAccount(ground, organisationId, { name: 'Mine' }),
      renameAccount: () => renameAccount(ground, organisationId, accountId, { name: 'Mine' }),
      setHelpContact: () => setHelpContact(ground, organisationId, accountId, 'me'),
      setDefaultLicence: () => setDefaultLicence(ground, organisationId, accountId, 'Pro'),
      claimDomain: () => claimDomain(ground, organisationId, accountId, { domain: 'any.example' }),
      inviteAdministrator: () => inviteAdministrator(ground, by, { userName: 'mallory' }),
      createClient: () => createClient(own.house, organisationId, client),
      renameOrganisation: () => renameOrganisation(ground, organisationId, { name: 'Mine' }),
      deleteAccount: () => deleteAccount(ground, upstairs, nobodys, 'No account'),
      deleteOrganisation: () => deleteOrganisation(ground, upstairs, organisationId, organisationId),
      invitePeople: () => invitePeople(ground, nobodys, typedOf(['a@any.example']), { by: 'me' }),
      assignLicence: () => assignLicence(ground, nobodys, id, 'Pro'),
      suspendUser: () => suspendUser(ground, nobodys, id, 'me'),
      removeUser: () => removeUser(ground, upstairs, nobodys, id),
      mapGroup: () => mapGroup(ground, nobodys, { groupName: 'Pros', tier: 'Pro' }),
    };
    for (const [name, verb] of Object.entries(verbs)) {
      await assert.rejects(verb(), { code: 'account.reserved', kind: 'Forbidden' }, name);
    }
    assert.equal((await own.stored({ id })).deletedAt, null);
    assert.equal((await listAccounts(ground.db.read, organisationId)).length, 1);
  });
});
