import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { upstreamIdOf, upstreamRedirectUri } from '../../auth/connectors/upstream/addresses.ts';
import {
  addUpstream,
  listUpstreams,
  removeUpstream,
  updateUpstream,
} from '../../auth/connectors/upstream/providers.ts';
import type { UpstreamInput } from '../../auth/connectors/upstream/settings.ts';
import type { Upstream } from '../../auth/connectors/upstream/upstream.entity.ts';
import { linkedBy } from '../../auth/connectors/upstream/ways.ts';
import { iso } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { byIdOrName, notFound } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { cliErrors } from '../frame/errors.ts';
import { withHouse } from '../frame/house.ts';
import type { Cell } from '../frame/output.ts';
import { secretOf } from '../frame/secret.ts';

const { organisationId } = nobodys;

const given = [
  'clientId',
  'clientAuthentication',
  'scope',
  'authorizationEndpoint',
  'tokenEndpoint',
  'profileEndpoint',
  'addressField',
  'nameField',
  'vouches',
] as const;

/** What was typed, by the names of the settings. */
function inputOf(call: Call, names: readonly (keyof UpstreamInput)[]): UpstreamInput {
  const said = names.map((name) => [name, call.value(name)] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said);
}

const present = (publicUrl: string, { clientSecret: _secret, organisationId: _own, ...rest }: Upstream) => ({
  ...rest,
  redirectUri: upstreamRedirectUri(publicUrl, rest.id),
  createdAt: iso(rest.createdAt),
  updatedAt: iso(rest.updatedAt),
});

const facts = (publicUrl: string, upstream: Upstream): [string, Cell][] => [
  ['Name', upstream.name],
  ['ID', upstream.id],
  ['Kind', upstream.kind],
  ['Redirect URI', upstreamRedirectUri(publicUrl, upstream.id)],
  ['Issuer', upstream.issuer],
  ['Announces itself', upstream.announcesIssuer],
  ['Client ID', upstream.clientId],
  ...(upstream.kind === 'openid' ? [] : endpointFacts(upstream)),
  ['Scope', upstream.scope],
  ['Who it is', upstream.subjectField],
  ['Address', upstream.addressField],
  ['Called', upstream.nameField],
  ['Vouches for addresses', upstream.vouches],
  ['Changed', iso(upstream.updatedAt)],
];

const endpointFacts = (upstream: Upstream): [string, Cell][] => [
  ['Authorization endpoint', upstream.authorizationEndpoint],
  ['Token endpoint', upstream.tokenEndpoint],
  ['Profile endpoint', upstream.profileEndpoint],
  ['Client authenticates by', upstream.clientAuthentication],
];

async function upstreamNamed(on: Reader, call: Call): Promise<Upstream> {
  const name = call.required('provider');
  const found = byIdOrName(await listUpstreams(on), name);
  if (!found) throw notFound('provider', name);
  return found;
}

function tell(call: Call, publicUrl: string, upstream: Upstream, counts?: { links: number; stranded: number }): void {
  call.output.one({
    json: { ...present(publicUrl, upstream), ...counts },
    facts: [
      ...facts(publicUrl, upstream),
      ...(counts
        ? ([
            ['Linked', counts.links],
            ['Without another way in', counts.stranded],
          ] as [string, Cell][])
        : []),
    ],
  });
}

const people = (count: number): string => (count === 1 ? '1 person' : `${count} people`);

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    ground.trail.observed({ eventName: 'ListUpstreamProviders', organisationId });
    const all = await listUpstreams(ground.db.read);
    call.output.list({
      name: 'providers',
      items: all.map((upstream) => present(ground.config.publicUrl, upstream)),
      columns: {
        NAME: ({ name }) => name,
        KIND: ({ kind }) => kind,
        ISSUER: ({ issuer }) => issuer,
        'VOUCHES FOR ADDRESSES': ({ vouches }) => vouches,
        ID: ({ id }) => id,
      },
      empty: 'There is no other provider. Add one: carillon upstream add <name> --kind <kind> --client-id <id>',
    });
  });

export const show = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { publicUrl } = ground.config;
    const { read } = ground.db;
    const name = call.required('provider');
    const upstream = byIdOrName(await listUpstreams(read), name);
    const providerId = upstream?.id ?? upstreamIdOf(name);
    ground.trail.observed({ eventName: 'GetUpstreamProvider', organisationId, requestParameters: { providerId } });
    if (!upstream) {
      if (!call.output.json)
        call.output.talk(`Redirect URI, to give to your provider: ${upstreamRedirectUri(publicUrl, providerId)}`);
      throw notFound('provider', name);
    }
    tell(call, publicUrl, upstream, await linkedBy(read, upstream.id));
  });

export const add = (call: Call): Promise<void> =>
  withHouse(call, async (house) => {
    const name = call.required('name');
    const kind = call.required('kind');
    const clientSecret = await secretOf(call, 'client secret', true);
    const input = { ...inputOf(call, [...given, 'issuer', 'subjectField']), name, kind, clientSecret };
    const adding = addUpstream(house, input);
    tell(call, house.ground.config.publicUrl, await call.output.during(`Asking ${name}`, adding));
  });

export const update = (call: Call): Promise<void> =>
  withHouse(call, async (house) => {
    const { id, name } = await upstreamNamed(house.ground.db.read, call);
    const input = { ...inputOf(call, given), clientSecret: await secretOf(call, 'client secret', false) };
    if (Object.values(input).every((value) => value === ''))
      throw cliErrors('cli.nothingGiven', { values: { options: '--secret-file, --scope and others' } });
    const updating = updateUpstream(house, id, input);
    tell(call, house.ground.config.publicUrl, await call.output.during(`Asking ${name}`, updating));
  });

export const remove = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { id, name } = await upstreamNamed(ground.db.read, call);
    const { links, stranded } = await linkedBy(ground.db.read, id);
    await confirm(call, [
      `The provider ${name} will be removed, with the links of ${people(links)}. Nobody who is signed in is signed out.`,
      stranded === 0
        ? 'Everybody who is linked can sign in another way.'
        : `Of them ${people(stranded)} can sign in no other way, until they set a password by “I have forgotten my password”.`,
    ]);
    const counts = await removeUpstream(ground, id);
    call.output.done(
      { id, name, ...counts },
      `The provider ${name} was removed, with the links of ${people(counts.links)}.`,
    );
  });
