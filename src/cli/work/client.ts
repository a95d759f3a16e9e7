import { readFileSync } from 'node:fs';
import { listAccounts } from '../../accounts/accounts/accounts.ts';
import type { ClientInput } from '../../auth/provider/clients/check.ts';
import {
  createClient,
  deleteClient,
  listClients,
  rotateSecret,
  updateClient,
} from '../../auth/provider/clients/clients.ts';
import type { OidcClient } from '../../auth/provider/clients/client.entity.ts';
import { whatEnds } from '../../auth/provider/clients/would-end.ts';
import { deliveriesOf } from '../../auth/provider/logout/undelivered.ts';
import { addressesFor } from '../../auth/provider/clients/addresses.ts';
import { protocols, texts } from '../../console/clients/texts.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Config } from '../../platform/config/settings.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { accountNamed, byIdOrName, notFound, organisationOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { cliErrors } from '../frame/errors.ts';
import { withHouse } from '../frame/house.ts';
import type { Cell } from '../frame/output.ts';

/** What the installation allows counts, when that is less than what the client was given. */
const lifetimeOf = ({ accessTokenSeconds: own }: OidcClient, most: number): string =>
  own <= most ? `${own} s` : `${most} s (ACCESS_TOKEN_SECONDS; by itself ${own} s)`;

const present = (client: OidcClient, most: number) => {
  const { secretHash: _hash, formerSecretHash: _former, jwks, ...rest } = client;
  return {
    ...rest,
    effectiveAccessTokenSeconds: Math.min(most, client.accessTokenSeconds),
    keys: jwks?.length ?? 0,
    secretCreatedAt: isoOrNull(client.secretCreatedAt),
    formerSecretUntil: isoOrNull(client.formerSecretUntil),
    createdAt: iso(client.createdAt),
    updatedAt: iso(client.updatedAt),
  };
};

const factsOf = (
  client: OidcClient,
  { publicUrl, accessTokenSeconds: most }: Pick<Config, 'publicUrl' | 'accessTokenSeconds'>,
  account: string | null,
): [string, Cell][] => [
  ['Name', client.name],
  ['Client ID', client.id],
  ...addressFacts(client, publicUrl),
  ['Kind', client.kind],
  ['Speaks', protocols[client.protocol]],
  ['For', account ?? texts.everybody],
  ['Authenticates', { secret: 'with a secret', key: 'with its own key', none: 'not at all' }[client.authentication]],
  ...(client.secretHash === null ? [] : [['Secret since', isoOrNull(client.secretCreatedAt)] as [string, Cell]]),
  ...(client.formerSecretUntil === null
    ? []
    : [['Former secret until', isoOrNull(client.formerSecretUntil)] as [string, Cell]]),
  ['Redirect URIs', client.redirectUris.join(' ')],
  ['After signing out', client.postLogoutRedirectUris.join(' ')],
  ['Back-channel logout', client.backchannelLogoutUri],
  ['Grant types', client.grantTypes.join(' ')],
  ['Scopes', client.scopes.join(' ')],
  ['Subjects', client.sectorIdentifier === null ? client.subjectType : `pairwise, for ${client.sectorIdentifier}`],
  ['Access tokens', `${client.accessTokenFormat}, ${lifetimeOf(client, most)}`],
  ['Audience', client.audience],
  ['Is', client.resource],
  ['First party', client.firstParty],
  ...(client.protocol === 'amazon' ? [['Tokens in addresses', client.queryTokens] as [string, Cell]] : []),
];

const addressFacts = (client: OidcClient, publicUrl: string): [string, Cell][] =>
  Object.entries(addressesFor(client, publicUrl)).map(([name, address]) => [texts.addresses[name] ?? name, address]);

async function clientNamed(on: Reader, call: Call): Promise<OidcClient> {
  const organisation = await organisationOf(on, call);
  const given = call.required('client');
  const found = byIdOrName(await listClients(on, organisation.id), given);
  if (!found) throw notFound('client', given);
  return found;
}

async function accountNameOf(on: Reader, { organisationId, accountId }: OidcClient): Promise<string | null> {
  if (accountId === null) return null;
  return (await listAccounts(on, organisationId)).find(({ id }) => id === accountId)?.name ?? accountId;
}

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { id: organisationId, name: organisation } = await organisationOf(ground.db.read, call);
    const clients = await listClients(ground.db.read, organisationId);
    ground.trail.observed({ eventName: 'ListClients', organisationId });
    call.output.list({
      name: 'clients',
      items: clients.map((client) => present(client, ground.config.accessTokenSeconds)),
      columns: {
        NAME: ({ name }) => name,
        KIND: ({ kind }) => kind,
        SPEAKS: ({ protocol }) => protocol,
        'BACK-CHANNEL': ({ backchannelLogoutUri }) => backchannelLogoutUri !== null,
        CREATED: ({ createdAt }) => createdAt,
        'CLIENT ID': ({ id }) => id,
      },
      empty: `${organisation} has no application yet. Register one: carillon client create <name> --redirect-uris <uris>`,
    });
  });

export const create = (call: Call): Promise<void> =>
  withHouse(call, async (house) => {
    const { read } = house.ground.db;
    const { id: organisationId } = await organisationOf(read, call);
    const input = {
      ...(await inputOf(read, call)),
      kind: call.required('kind'),
      protocol: call.required('protocol'),
      name: call.required('name'),
    };
    const { client, secret } = await createClient(house, organisationId, input);
    const { publicUrl, accessTokenSeconds: most } = house.ground.config;
    call.output.one({
      json: {
        ...present(client, most),
        ...addressesFor(client, publicUrl),
        ...(secret !== null && { secret }),
      },
      facts: [
        ...factsOf(client, house.ground.config, await accountNameOf(read, client)),
        ...(secret === null ? [] : [[texts.secret, secret] as [string, Cell]]),
      ],
    });
    if (secret !== null) call.output.talk(texts.secretWarning);
  });

export const show = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const client = await clientNamed(ground.db.read, call);
    const { id: clientId, organisationId } = client;
    ground.trail.observed({ eventName: 'GetClient', organisationId, requestParameters: { clientId } });
    const { people, tokens } = await whatEnds(ground.db.read, client);
    const logoutTokens = await deliveriesOf(ground.db.read, clientId);
    call.output.one({
      json: {
        ...present(client, ground.config.accessTokenSeconds),
        ...addressesFor(client, ground.config.publicUrl),
        signedIn: people,
        tokens,
        logoutTokens,
      },
      facts: [
        ...factsOf(client, ground.config, await accountNameOf(ground.db.read, client)),
        ['Signed in', people],
        ['Tokens', tokens],
        ['Logout tokens', `${logoutTokens.waiting} wait, ${logoutTokens.failed} were given up`],
      ],
    });
  });

export const update = (call: Call): Promise<void> =>
  withHouse(call, async (house) => {
    const { read } = house.ground.db;
    const before = await clientNamed(read, call);
    const name = call.value('name');
    const input = { ...(await inputOf(read, call)), ...(name !== undefined && { name }) };
    if (Object.keys(input).length === 0) {
      throw cliErrors('cli.nothingGiven', { values: { options: '--name, --redirect-uris and others' } });
    }
    const client = await updateClient(house, before.organisationId, before.id, input);
    const facts = factsOf(client, house.ground.config, await accountNameOf(read, client));
    call.output.one({ json: present(client, house.ground.config.accessTokenSeconds), facts });
  });

export const rotate = (call: Call): Promise<void> =>
  withHouse(call, async (house) => {
    const before = await clientNamed(house.ground.db.read, call);
    const hours = numberOf(call, 'formerGoodHours') ?? 24;
    const { client, secret } = await rotateSecret(house, before.organisationId, before.id, hours);
    const formerSecretUntil = isoOrNull(client.formerSecretUntil);
    call.output.one({
      json: { id: client.id, name: client.name, secret, formerSecretUntil },
      facts: [
        ['Name', client.name],
        ['Client ID', client.id],
        [texts.secret, secret],
        [texts.formerUntil, formerSecretUntil],
      ],
    });
    call.output.talk(texts.secretWarning);
  });

export const remove = (call: Call): Promise<void> =>
  withHouse(call, async (house) => {
    const { read } = house.ground.db;
    const client = await clientNamed(read, call);
    const { id, name, organisationId } = client;
    await confirm(call, [`${name} will be deleted.`, ...texts.ends(await whatEnds(read, client))]);
    await deleteClient(house, organisationId, id);
    call.output.done({ id, name, deleted: true }, `${name} was deleted.`);
  });

/** What was typed of the settings; what was not stays out. @throws client.*Invalid later, cli.usage here */
async function inputOf(on: Reader, call: Call): Promise<ClientInput> {
  const input: ClientInput = {};
  const account = call.value('account');
  if (account !== undefined) input.accountId = account === 'all' ? null : (await accountNamed(on, call, account)).id;
  for (const name of ['redirectUris', 'postLogoutRedirectUris', 'grantTypes', 'scopes'] as const) {
    const typed = call.value(name);
    if (typed !== undefined) input[name] = typed.split(/[\s,]+/).filter(Boolean);
  }
  for (const name of ['backchannelLogoutUri', 'audience', 'resource'] as const) {
    const typed = call.value(name);
    if (typed !== undefined) input[name] = typed || null;
  }
  for (const name of ['backchannelLogoutSession', 'introspectsOrganisation', 'firstParty', 'queryTokens'] as const) {
    const typed = call.value(name);
    if (typed !== undefined) input[name] = yesOf(name, typed);
  }
  const subjectType = call.value('subjectType');
  if (subjectType !== undefined) input.subjectType = subjectType;
  const sectorIdentifier = call.value('sector');
  if (sectorIdentifier !== undefined) input.sectorIdentifier = sectorIdentifier;
  const accessTokenFormat = call.value('accessTokenFormat');
  if (accessTokenFormat !== undefined) input.accessTokenFormat = accessTokenFormat;
  const seconds = numberOf(call, 'accessTokenSeconds');
  if (seconds !== undefined) input.accessTokenSeconds = seconds;
  const file = call.value('jwksFile');
  if (file !== undefined) input.jwks = textOf(file);
  return input;
}

const usage = (field: string, reason: string): Error => cliErrors('cli.usage', { field, values: { reason } });

function yesOf(field: string, typed: string): boolean {
  if (typed !== 'yes' && typed !== 'no') throw usage(field, `Say yes or no, not "${typed.slice(0, 40)}".`);
  return typed === 'yes';
}

function numberOf(call: Call, field: string): number | undefined {
  const typed = call.value(field);
  if (typed === undefined) return undefined;
  if (!/^\d{1,9}$/.test(typed)) throw usage(field, `"${typed.slice(0, 40)}" is no whole number.`);
  return Number(typed);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw usage('jwksFile', `The file ${path} could not be read.`);
  }
}
