import { nobodys } from '../../../accounts/accounts/nobodys.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { selectRows } from '../../../platform/database/select.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Ground } from '../../../trail/ground.ts';
import { upstreamIdOf } from './addresses.ts';
import { upstreamErrors } from './errors.ts';
import {
  checkSettings,
  isSameReceiver,
  readSettings,
  type UpstreamInput,
  upstreamKind,
  upstreamName,
} from './settings.ts';
import { type Upstream, upstreamSecret, UpstreamTable } from './upstream.entity.ts';
import { linkedBy } from './ways.ts';

const { organisationId } = nobodys;

interface Hands {
  ground: Ground;
  outbound: Outbound;
}

/** The providers, by their names. */
export const listUpstreams = (on: Reader): Promise<Upstream[]> =>
  selectRows(on, UpstreamTable, sql`a."organisationId" = ${organisationId} ORDER BY a."name"`);

/** @throws upstream.notFound */
export async function requireUpstream(on: Reader, id: string): Promise<Upstream> {
  const found = await on.findOneBy(UpstreamTable, { organisationId, id });
  if (!found) throw upstreamErrors('upstream.notFound', { field: 'provider' });
  return found;
}

/**
 * Configures a provider (AddUpstreamProvider), after its discovery document was read, or its addresses judged, through
 * the guarded agent. From the commit on its button is on the sign-in page.
 * @throws upstream.nameInvalid, upstream.nameTaken, upstream.kindInvalid; what `readSettings` and `checkSettings` throw
 */
export async function addUpstream(hands: Hands, input: UpstreamInput): Promise<Upstream> {
  const { ground } = hands;
  const action = actionOf('AddUpstreamProvider', upstreamIdOf(input.name ?? ''), input);
  const [name, settings, secret] = await beforehand(ground, action, async () => {
    const named = upstreamName(input.name ?? '');
    const kind = upstreamKind(input.kind);
    const given = secretOf(input);
    if (!given) throw upstreamErrors('upstream.missing', { field: 'clientSecret', values: { kind, what: 'secret' } });
    const read = readSettings(kind, null, input);
    return [named, await checkSettings(hands.outbound, read, given), given] as const;
  });
  return ground.trail.perform(action, async (m) => {
    const id = upstreamIdOf(name);
    if (await m.existsBy(UpstreamTable, { id })) throw upstreamErrors('upstream.nameTaken', { field: 'name' });
    const now = clock.now();
    const clientSecret = ground.seal.seal(secret, placeIn(upstreamSecret, id));
    const upstream: Upstream = { id, organisationId, name, ...settings, clientSecret, createdAt: now, updatedAt: now };
    await m.insert(UpstreamTable, upstream);
    return { result: upstream, responseElements: { providerId: id, issuer: settings.issuer } };
  });
}

/**
 * Changes what is said of a provider (UpdateUpstreamProvider). Its name, kind, issuer and the field that says who
 * somebody is stay: links are of those.
 * @throws upstream.notFound, upstream.unfit, upstream.secretMissing; what `readSettings` and `checkSettings` throw
 */
export async function updateUpstream(hands: Hands, id: string, input: UpstreamInput): Promise<Upstream> {
  const { ground } = hands;
  const action = actionOf('UpdateUpstreamProvider', id, input);
  const [before, settings, secret] = await beforehand(ground, action, async () => {
    const present = await requireUpstream(ground.db.read, id);
    const read = readSettings(present.kind, present, input);
    const given = secretOf(input);
    // A kept secret goes only to whom it was given for: else a changed address would be sent it.
    if (!given && !isSameReceiver(present, read)) {
      throw upstreamErrors('upstream.secretMissing', { field: 'clientSecret' });
    }
    const kept = given || ground.seal.unseal(present.clientSecret, placeIn(upstreamSecret, id));
    return [present, await checkSettings(hands.outbound, read, kept), kept] as const;
  });
  return ground.trail.perform(action, async (m) => {
    const present = await requireUpstream(m, id);
    if (present.updatedAt !== before.updatedAt) throw upstreamErrors('upstream.changed');
    const updatedAt = Math.max(clock.now(), present.updatedAt + 1);
    const clientSecret = ground.seal.seal(secret, placeIn(upstreamSecret, id));
    const upstream: Upstream = { ...present, ...settings, clientSecret, updatedAt };
    await m.update(UpstreamTable, { organisationId, id }, upstream);
    return { result: upstream, responseElements: { providerId: id } };
  });
}

/**
 * Takes a provider away (RemoveUpstreamProvider), with its links, attempts and offers. People keep their accounts, and
 * who is in stays in.
 * @throws upstream.notFound
 */
export async function removeUpstream(ground: Ground, id: string): Promise<{ links: number; stranded: number }> {
  return ground.trail.perform(actionOf('RemoveUpstreamProvider', id, {}), async (m) => {
    await requireUpstream(m, id);
    const counts = await linkedBy(m, id);
    await m.delete(UpstreamTable, { organisationId, id });
    return { result: counts, responseElements: { ...counts } };
  });
}

function actionOf(eventName: string, providerId: string, { clientSecret: _secret, ...input }: UpstreamInput) {
  const shown = Object.fromEntries(Object.entries(input).map(([field, value]) => [field, value?.slice(0, 1024)]));
  return { eventName, organisationId, requestParameters: { providerId, ...shown } };
}

/** What is looked at before the unit, as it takes its time; a refusal has its record. */
async function beforehand<T>(ground: Ground, action: ReturnType<typeof actionOf>, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof CarillonError) ground.trail.refused(action, error);
    throw error;
  }
}

/** @throws upstream.secretMissing for one that nobody gives out */
function secretOf({ clientSecret = '' }: UpstreamInput): string {
  const secret = clientSecret.trim();
  if (secret.length > 1024) throw upstreamErrors('upstream.secretMissing', { field: 'clientSecret' });
  return secret;
}
