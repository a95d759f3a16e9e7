import { foundOrganisation } from '../../access/administrators/first.ts';
import {
  listOrganisations,
  renameOrganisation,
  requireOrganisation,
} from '../../accounts/organisations/organisations.ts';
import type { Organisation } from '../../accounts/organisations/organisation.entity.ts';
import { iso } from '../../platform/clock/clock.ts';
import { counted } from '../../console/parts.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { accountCounts } from '../../users/summary.ts';
import { wouldDeleteOrganisation } from '../../users/lifecycle/would-end.ts';
import { deleteOrganisation } from '../../users/lifecycle/delete-account.ts';
import { organisationOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { withHouse } from '../frame/house.ts';

async function present(on: Reader, { id, name, createdAt }: Organisation) {
  const counts = [...(await accountCounts(on, id)).values()];
  const people = counts.reduce((sum, account) => sum + account.people, 0);
  return { id, name, accounts: counts.length, people, createdAt: iso(createdAt) };
}

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const organisations = await Promise.all((await listOrganisations(on)).map((one) => present(on, one)));
    call.output.list({
      name: 'organisations',
      items: organisations,
      columns: {
        ID: ({ id }) => id,
        NAME: ({ name }) => name,
        ACCOUNTS: ({ accounts }) => accounts,
        PEOPLE: ({ people }) => people,
        CREATED: ({ createdAt }) => createdAt,
      },
      empty: 'There is no organisation yet: start the server once, and follow the link that it prints.',
    });
  });

export const show = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const json = await present(on, await organisationOf(on, call));
    call.output.one({
      json,
      facts: [
        ['Name', json.name],
        ['ID', json.id],
        ['Accounts', json.accounts],
        ['People', json.people],
        ['Created', json.createdAt],
        ['Sign-in', `${ground.config.publicUrl}/console`],
      ],
    });
  });

export const create = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const input = { name: call.required('name'), userName: call.value('administrator') ?? 'administrator' };
    const { organisation, administrator, setUpLink } = await foundOrganisation(ground, input);
    const { id, name, createdAt } = organisation;
    call.output.one({
      json: { id, name, createdAt: iso(createdAt), administrator: administrator.userName, setUpLink },
      facts: [
        ['Name', name],
        ['ID', id],
        ['Administrator', administrator.userName],
        ['Set-up link', setUpLink],
      ],
    });
    call.output.talk('The link works once, and for an hour: with it the administrator sets a password.');
  });

export const rename = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { id } = await organisationOf(ground.db.read, call);
    const name = await renameOrganisation(ground, id, { name: call.required('name') });
    call.output.done({ id, name }, `The organisation ${id} is now named ${name}.`);
  });

export const remove = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, upstairs }) => {
    const { id, name } = await requireOrganisation(ground.db.read, call.required('organisation'));
    const { accounts, people, signedIn } = await wouldDeleteOrganisation(ground.db.read, id);
    await confirm(call, [
      `The organisation ${id} (${name}) will be deleted with ${counted(accounts, 'account', 'accounts')} and ${counted(people, 'person', 'people')}, ${signedIn} of whom have signed in lately: all are out at once.`,
      'Its administrators are out at once too, and cannot sign in any more. This cannot be taken back.',
    ]);
    const deleted = await deleteOrganisation(ground, upstairs, id, id);
    const eraseAfter = iso(deleted.eraseAfter);
    const { putOut } = deleted;
    const text = `The organisation ${name} was deleted, ${putOut} put out; it is erased after ${eraseAfter}.`;
    call.output.done({ id, name, accounts: deleted.accounts, putOut, eraseAfter }, text);
  });
