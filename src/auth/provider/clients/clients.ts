import { requireAccount } from '../../../accounts/accounts/accounts.ts';
import { refuseNobodys } from '../../../accounts/accounts/nobodys.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import { asRow } from '../../../platform/database/columns.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { newId } from '../../../platform/ids/ids.ts';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import type { Ground } from '../../../trail/ground.ts';
import { endRelyingParties } from '../logout/end.ts';
import { type ClientInput, type ClientSettings, settle } from './check.ts';
import { type OidcClient, OidcClientTable } from './client.entity.ts';
import { clientErrors } from './errors.ts';
import { clientChangedTopic, clientDeletedTopic } from './registry.ts';
import { newSecret } from './secrets.ts';
import { checkBackchannelUri } from './uris.ts';

const clientsPerOrganisation = 1_000;
const longestRotationHours = 24 * 7;

/** What the verbs stand on. */
interface Hands {
  ground: Ground;
  outbound: Outbound;
}

/** The client, of that organisation. @throws client.notFound */
export async function requireClient(on: Reader, organisationId: string, clientId: string): Promise<OidcClient> {
  const client = await on.findOneBy(OidcClientTable, { id: clientId, organisationId });
  if (!client) throw clientErrors('client.notFound');
  return client;
}

/** An organisation's clients by name. */
export const listClients = (on: Reader, organisationId: string): Promise<OidcClient[]> =>
  on.find(OidcClientTable, {
    where: { organisationId },
    order: { name: 'ASC', id: 'ASC' },
  });

/**
 * Registers a relying party.
 * @returns the client, and its secret if it has one: shown this once, kept nowhere
 * @throws client.*Invalid and their like, client.tooMany; outbound.* for a back-channel address that cannot be used
 */
export async function createClient(
  { ground, outbound }: Hands,
  organisationId: string,
  input: ClientInput,
): Promise<{ client: OidcClient; secret: string | null }> {
  const made = newSecret();
  const action = {
    eventName: 'CreateClient',
    organisationId,
    accountId: input.accountId || null,
    requestParameters: shown(input),
  };
  const settings = await judged(ground, action, outbound, input, null);
  const client = await ground.trail.perform(action, async (m) => {
    refuseNobodys(organisationId);
    await checkAccount(m, organisationId, settings.accountId);
    if ((await m.countBy(OidcClientTable, { organisationId })) >= clientsPerOrganisation) {
      throw clientErrors('client.tooMany', { values: { limit: clientsPerOrganisation } });
    }
    const now = clock.now();
    const secret = settings.authentication === 'secret';
    const result: OidcClient = {
      id: newId(),
      organisationId,
      ...settings,
      secretHash: secret ? made.hash : null,
      secretCreatedAt: secret ? now : null,
      formerSecretHash: null,
      formerSecretUntil: null,
      createdAt: now,
      updatedAt: now,
    };
    await m.insert(OidcClientTable, asRow(result));
    return { result, responseElements: { clientId: result.id } };
  });
  return { client, secret: client.secretHash === null ? null : made.secret };
}

/**
 * Changes what is said; its kind and what it speaks stay. Addresses, scopes and account hold for whatever is asked from the commit on.
 * @throws what createClient throws; client.notFound
 */
export async function updateClient(
  { ground, outbound }: Hands,
  organisationId: string,
  clientId: string,
  input: Omit<ClientInput, 'kind' | 'protocol'>,
): Promise<OidcClient> {
  const before = await requireClient(ground.db.read, organisationId, clientId);
  const requestParameters = { clientId, ...shown(input) };
  const action = { eventName: 'UpdateClient', organisationId, accountId: before.accountId, requestParameters };
  await judged(ground, action, outbound, input, before);
  return ground.trail.perform(action, async (m) => {
    const client = await requireClient(m, organisationId, clientId);
    const settings = settle(input, client, (url) => outbound.isListed(url)); // again: the judging took its time
    await checkAccount(m, organisationId, settings.accountId);
    const secretless = settings.authentication !== 'secret';
    const result: OidcClient = {
      ...client,
      ...settings,
      ...(secretless && { secretHash: null, secretCreatedAt: null, formerSecretHash: null, formerSecretUntil: null }),
      updatedAt: clock.now(),
    };
    await m.update(OidcClientTable, { id: clientId, organisationId }, asRow(result));
    ground.outbox.announce(clientChangedTopic, clientId);
    return { result };
  });
}

/**
 * Gives a client a new secret. The former one stays good for some hours, so that nothing stops while it is replaced;
 * with 0 hours it is refused from the commit on, as after a leak. An older one that was still good ends in any case.
 * @throws client.notFound, client.secretLess, client.rotationInvalid
 */
export async function rotateSecret(
  { ground }: Pick<Hands, 'ground'>,
  organisationId: string,
  clientId: string,
  formerGoodHours = 24,
): Promise<{ client: OidcClient; secret: string }> {
  const { secret, hash } = newSecret();
  const requestParameters = { clientId, formerGoodHours };
  const action = { eventName: 'RotateClientSecret', organisationId, requestParameters };
  const client = await ground.trail.perform(action, async (m) => {
    const before = await requireClient(m, organisationId, clientId);
    if (before.authentication !== 'secret') throw clientErrors('client.secretLess');
    if (!(formerGoodHours >= 0 && formerGoodHours <= longestRotationHours)) {
      const values = { limit: longestRotationHours };
      throw clientErrors('client.rotationInvalid', { field: 'formerGoodHours', values });
    }
    const now = clock.now();
    const former = formerGoodHours > 0;
    const change = {
      secretHash: hash,
      secretCreatedAt: now,
      formerSecretHash: former ? before.secretHash : null,
      formerSecretUntil: former ? now + Math.round(formerGoodHours * 3_600_000) : null,
      updatedAt: now,
    };
    await m.update(OidcClientTable, { id: clientId, organisationId }, change);
    ground.outbox.announce(clientChangedTopic, clientId);
    return { result: { ...before, ...change } };
  });
  return { client, secret };
}

/**
 * Deletes a client: from the commit on nothing that it holds is accepted. It is told of the sessions that it took part
 * in; its grants and tokens are deleted from the event.
 * @throws client.notFound
 */
export async function deleteClient(
  { ground }: Pick<Hands, 'ground'>,
  organisationId: string,
  clientId: string,
): Promise<void> {
  const action = { eventName: 'DeleteClient', organisationId, requestParameters: { clientId } };
  await ground.trail.perform(action, async (m) => {
    const client = await requireClient(m, organisationId, clientId);
    return { result: undefined, responseElements: { sessions: await removeClient(ground, m, client) } };
  });
}

/**
 * What deleting an account or an organisation does to the clients that are its own: to be called in that unit, before
 * the rows go.
 */
export async function removeClientsOf(
  ground: Ground,
  m: Writer,
  whose: { organisationId: string } | { accountId: string },
): Promise<void> {
  for (const client of await m.find(OidcClientTable, { where: whose })) await removeClient(ground, m, client);
}

async function removeClient(ground: Ground, m: Writer, { id, organisationId }: OidcClient): Promise<number> {
  const told = await endRelyingParties(ground, m, sql`r."clientId" = ${id}`, 'clientDeleted');
  await changed(
    m,
    sql`DELETE FROM "oidc_clients" WHERE "id" = ${id} AND "organisationId" = ${organisationId} RETURNING "id"`,
  );
  await ground.outbox.publish(m, clientDeletedTopic, id, { organisationId, clientId: id });
  return told;
}

/** Judges the input before the unit, which must not wait for a name server; a refusal has its record. */
async function judged(
  ground: Ground,
  action: { eventName: string; organisationId: string },
  outbound: Outbound,
  input: ClientInput,
  before: OidcClient | null,
): Promise<ClientSettings> {
  const isListed = (url: string): boolean => outbound.isListed(url);
  try {
    const settings = settle(input, before, isListed);
    const uri = settings.backchannelLogoutUri;
    if (uri !== null && uri !== before?.backchannelLogoutUri) {
      checkBackchannelUri(uri, isListed);
      await outbound.check(uri).catch((error: unknown) => {
        if (!(error instanceof CarillonError)) throw error;
        throw new CarillonError(error.code, error.kind, error.message, { field: 'backchannelLogoutUri' });
      });
    }
    return settings;
  } catch (error) {
    if (error instanceof CarillonError) ground.trail.refused(action, error);
    throw error;
  }
}

async function checkAccount(on: Reader, organisationId: string, accountId: string | null): Promise<void> {
  if (accountId === null) return;
  await requireAccount(on, organisationId, accountId).catch(() => {
    throw clientErrors('client.accountInvalid', { field: 'accountId' });
  });
}

/** The input as a record may show it. */
function shown({ jwks, ...input }: ClientInput): Record<string, unknown> {
  return { ...input, ...(jwks !== undefined && { jwks: 'given' }) };
}
