import { requireFactorInAccount } from '../../auth/people/require-factor.ts';
import { texts as factorTexts } from '../../console/second-factor/texts.ts';
import type { Account } from '../../accounts/accounts/account.entity.ts';
import {
  createAccount,
  listDeletedAccounts,
  renameAccount,
  requireAccount,
  setDefaultLicence,
} from '../../accounts/accounts/accounts.ts';
import { tiersByGroup } from '../../accounts/accounts/types.ts';
import { progressOf } from '../../console/accounts/progress.ts';
import { texts } from '../../console/accounts/texts.ts';
import { accountTypes } from '../../console/texts.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { deleteAccount } from '../../users/lifecycle/delete-account.ts';
import { licenceOf } from '../../users/lifecycle/licence.ts';
import { wouldDeleteAccount } from '../../users/lifecycle/would-end.ts';
import { findAccounts } from '../../users/find.ts';
import { type AccountCounts, accountCounts } from '../../users/summary.ts';
import { accountNamed, organisationOf, scopeOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { withHouse } from '../frame/house.ts';
import { tierNamed } from '../frame/tier.ts';

const none: AccountCounts = { people: 0, domains: 0, verified: 0 };

const present = (account: Account, { people, domains, verified }: AccountCounts = none) => ({
  id: account.id,
  organisationId: account.organisationId,
  name: account.name,
  type: account.type,
  helpContact: account.helpContact,
  defaultLicence: account.defaultLicence,
  secondFactorRequired: account.secondFactorSince !== null,
  people,
  domains,
  verifiedDomains: verified,
  createdAt: iso(account.createdAt),
});

const listDeleted = async (call: Call, on: Reader, organisationId: string): Promise<void> =>
  call.output.list({
    name: 'accounts',
    items: (await listDeletedAccounts(on, organisationId)).map((account) => ({
      id: account.id,
      organisationId,
      name: account.name,
      deletedAt: isoOrNull(account.deletedAt),
      eraseAfter: isoOrNull(account.eraseAfter),
    })),
    columns: {
      NAME: ({ name }) => name,
      DELETED: ({ deletedAt }) => deletedAt,
      ERASED: ({ eraseAfter }) => eraseAfter,
      ID: ({ id }) => id,
    },
    empty: 'No account was deleted that is not erased already.',
  });

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const { id: organisationId } = await organisationOf(on, call);
    if (call.flag('deleted')) {
      ground.trail.observed({ eventName: 'ListAccounts', organisationId });
      return listDeleted(call, on, organisationId);
    }
    const filter = { name: call.value('name'), userEmail: call.value('userEmail') };
    const [accounts, counts] = await Promise.all([
      findAccounts(on, organisationId, filter),
      accountCounts(on, organisationId),
    ]);
    ground.trail.observed({ eventName: 'ListAccounts', organisationId });
    call.output.list({
      name: 'accounts',
      items: accounts.map((account) => present(account, counts.get(account.id))),
      columns: {
        NAME: ({ name }) => name,
        TYPE: ({ type }) => accountTypes[type],
        PEOPLE: ({ people }) => people,
        DOMAINS: ({ domains, verifiedDomains }) => texts.domainCount(domains, verifiedDomains),
        ID: ({ id }) => id,
      },
      empty:
        filter.name === undefined && filter.userEmail === undefined
          ? 'This organisation has no account yet. Create one: carillon account create <name>'
          : 'No account matches.',
    });
  });

export const show = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const account = await accountNamed(on, call, call.required('account'));
    const { organisationId } = account;
    const [counts, steps] = await Promise.all([accountCounts(on, organisationId), progressOf(on, account.id)]);
    ground.trail.observed({ eventName: 'GetAccount', organisationId, accountId: account.id });
    const json = present(account, counts.get(account.id));
    const left = steps.filter(({ done }) => !done).map(({ name }) => texts.steps[name]);
    call.output.one({
      json: { ...json, steps: steps.map(({ name, done }) => ({ name, done })) },
      facts: [
        ['Name', json.name],
        ['Type', accountTypes[json.type]],
        ['People', json.people],
        ['Domains', texts.domainCount(json.domains, json.verifiedDomains)],
        ['Help contact', json.helpContact],
        ['Tier of newcomers', json.defaultLicence],
        ...(tiersByGroup(json.type)
          ? []
          : [
              [
                factorTexts.title,
                json.secondFactorRequired ? factorTexts.accountRequired : factorTexts.accountOptional,
              ] as const,
            ]),
        ['Created', json.createdAt],
        ['ID', json.id],
        ['Left to do', left.length === 0 ? 'nothing' : left.join('; ')],
      ],
    });
  });

export const create = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { id: organisationId } = await organisationOf(ground.db.read, call);
    const account = await createAccount(ground, organisationId, { name: call.required('name') });
    call.output.done(present(account), `The account ${account.name} was created: ${account.id}`);
  });

export const rename = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { organisationId, id } = await accountNamed(ground.db.read, call, call.required('account'));
    await renameAccount(ground, organisationId, id, { name: call.required('name') });
    const { name } = await requireAccount(ground.db.read, organisationId, id);
    call.output.done({ id, name }, `The account ${id} is now named ${name}.`);
  });

export const licence = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { organisationId, id, name } = await accountNamed(ground.db.read, call, call.required('account'));
    const defaultLicence = licenceOf(tierNamed(call.required('tier')));
    await setDefaultLicence(ground, organisationId, id, defaultLicence);
    const text = `Whoever comes into ${name} from now on gets the permission tier ${defaultLicence}.`;
    call.output.done({ id, name, defaultLicence }, text);
  });

export const remove = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, upstairs }) => {
    const account = await accountNamed(ground.db.read, call, call.required('account'));
    const { blockers, people } = await wouldDeleteAccount(ground.db.read, account);
    // What stands in the way is the deletion's own to say: nobody is asked about what cannot be done.
    if (blockers.domains.length === 0 && blockers.people === 0) {
      await confirm(call, [
        texts.removeTitle(account.name),
        ...texts.removeSays(people),
        texts.removeErases(ground.config.keepDeletedDays),
      ]);
    }
    const { id, name, eraseAfter } = await deleteAccount(ground, upstairs, scopeOf(account), account.name);
    const erased = isoOrNull(eraseAfter);
    call.output.done(
      { id, name, eraseAfter: erased },
      `The account ${name} was deleted; it is erased after ${erased}.`,
    );
  });

export const requireFactor = (call: Call): Promise<void> => factor(call, true);
export const relaxFactor = (call: Call): Promise<void> => factor(call, false);

const factor = (call: Call, required: boolean): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountNamed(ground.db.read, call, call.required('account'));
    const { id, name } = account;
    const says = required ? factorTexts.requireSays : factorTexts.relaxAccount;
    await confirm(call, [`${name}: ${required ? factorTexts.requireTitle : factorTexts.relaxTitle}`, ...says]);
    await requireFactorInAccount(ground, scopeOf(account), required);
    const text = required ? factorTexts.accountRequired : factorTexts.accountOptional;
    call.output.done({ id, name, secondFactorRequired: required }, text);
  });
