import { clock } from '../../../../platform/clock/clock.ts';
import { requestContext } from '../../../../platform/context/context.ts';
import { firstRow } from '../../../../platform/database/run.ts';
import { sql } from '../../../../platform/database/sql.ts';
import { CarillonError } from '../../../../platform/errors/errors.ts';
import { newId } from '../../../../platform/ids/ids.ts';
import type { SealPlace } from '../../../../platform/secrets/seal.ts';
import type { Ground } from '../../../../trail/ground.ts';
import type { Scope } from '../../../../users/lifecycle/out.ts';
import { directoryErrors } from '../../../errors.ts';
import { openRequest } from '../list.ts';
import { namesFor } from '../names.ts';
import { type KeptView, type Opened, viewOf } from '../view.ts';
import { sendAgain } from './again.ts';
import { digestOfEffect, type Effect, effectOf, refusedEffect } from './effect.ts';
import { whyNotReplayable } from './replayable.ts';
import { type State, stateOf } from './state.ts';

/** How long an effect that was shown may be confirmed. */
const shownMs = 15 * 60_000;

export interface Preview {
  request: KeptView;
  effect: Effect & Pick<KeptView, 'moved'>;
  /** When the user or group was last changed after this request, if it was. */
  changedSince: number | null;
  /** What confirms this very effect; null when there is nothing to confirm. */
  token: string | null;
}

/**
 * Shows what a kept request would do now: it is done by the door that it came by, and undone.
 * @throws scimRequest.notFound, .readsNothing, .bodyMissing, .erased, .connectionGone
 */
export async function previewReplay(ground: Ground, scope: Scope, id: string): Promise<Preview> {
  const kept = await requireReplayable(ground, scope, id);
  const { effect, state } = await tried(ground, kept);
  const shown = { ...kept, content: { ...kept.content, ...(effect.moved && { moved: effect.moved }) } };
  const names = await namesFor(ground.db.read, scope, [kept, shown]);
  const movement = viewOf(shown, names).moved;
  const { updatedAt } = state;
  const ended = kept.at + kept.tookUs / 1_000;
  return {
    request: viewOf(kept, names),
    effect: { ...effect, moved: effect.moved ? movement : null },
    changedSince: updatedAt !== null && updatedAt > ended ? updatedAt : null,
    token: effect.refusal ? null : sealedToken(ground, kept, { effect: digestOfEffect(effect), state: state.digest }),
  };
}

/**
 * Does a kept request again, as its effect was shown: one unit of work, by the door that it came by, with a record that
 * names whoever does it and the original request.
 * @param token what the preview gave, to the same person
 * @throws scimRequest.effectInvalid, .changedSince when it would do anything else by now, what `previewReplay` throws
 */
export async function replayRequest(ground: Ground, scope: Scope, id: string, token: string): Promise<Effect> {
  try {
    const kept = await requireReplayable(ground, scope, id);
    const shown = openedToken(ground, kept, token);
    return await alone(ground, kept, async () => {
      const { effect, state } = await work(ground, kept, false);
      if (state.digest !== shown.state || digestOfEffect(effect) !== shown.effect) throw changedSince();
      return effect;
    });
  } catch (error) {
    // Whatever was refused now was not when its effect was shown.
    if (!(error instanceof CarillonError)) throw error;
    if (!error.code.startsWith('scimRequest.')) throw changedSince(error);
    const { organisationId, accountId } = scope;
    const requestParameters = { accountId, replayOf: id.slice(0, 64) };
    ground.trail.refused({ eventName: 'ReplayScimRequest', organisationId, accountId, requestParameters }, error);
    throw error;
  }
}

const changedSince = (cause?: unknown): CarillonError => directoryErrors('scimRequest.changedSince', { cause });

/** Carries an effect out of the unit of work that it undoes. */
class Tried extends Error {
  readonly effect: Effect;
  readonly state: State;

  constructor({ effect, state }: { effect: Effect; state: State }) {
    super('a replay was tried');
    this.effect = effect;
    this.state = state;
  }
}

async function tried(ground: Ground, kept: Opened): Promise<{ effect: Effect; state: State }> {
  try {
    return await alone(ground, kept, async () => {
      throw new Tried(await work(ground, kept, true));
    });
  } catch (error) {
    if (error instanceof Tried) return error;
    throw error;
  }
}

/** In one unit of work that has the account to itself. */
const alone = <T>(ground: Ground, { organisationId, accountId }: Opened, unit: () => Promise<T>): Promise<T> =>
  ground.db.write(unit, { organisationId, accountId, name: 'ReplayScimRequest' });

async function work(ground: Ground, kept: Opened, isTrial: boolean): Promise<{ effect: Effect; state: State }> {
  const { connectionId, accountId, id } = kept;
  const on = ground.db.read;
  const connection = await firstRow(
    on,
    sql`SELECT 1 AS "one" FROM "connections" WHERE "id" = ${connectionId} AND "accountId" = ${accountId}`,
  );
  if (!connection) throw directoryErrors('scimRequest.connectionGone');
  const state = await stateOf(on, kept);
  const since = newId();
  try {
    const { reply, seen } = await sendAgain(ground, kept, { of: id, isTrial });
    return { effect: await effectOf(on, accountId, seen, reply.status, since), state };
  } catch (error) {
    if (!isTrial || !(error instanceof CarillonError)) throw error;
    return { effect: refusedEffect(error), state };
  }
}

async function requireReplayable(ground: Ground, scope: Scope, id: string): Promise<Opened> {
  const kept = await openRequest(ground, scope, id);
  const refusal = whyNotReplayable(kept);
  if (refusal) throw refusal;
  return kept;
}

interface Shown {
  effect: string;
  state: string;
}

/** A token opens only for the request and the person that it was made for. */
const placeOf = ({ id }: Opened): SealPlace => ({
  table: 'scim_requests',
  row: JSON.stringify([id, requestContext().identity.principalId]),
  column: 'replay',
});

const sealedToken = (ground: Ground, kept: Opened, shown: Shown): string =>
  ground.seal.seal(JSON.stringify({ ...shown, until: clock.now() + shownMs }), placeOf(kept));

function openedToken(ground: Ground, kept: Opened, token: string): Shown {
  try {
    const { until, ...shown } = JSON.parse(ground.seal.unseal(token, placeOf(kept))) as Shown & { until: number };
    if (until >= clock.now()) return shown;
  } catch (error) {
    if (!(error instanceof CarillonError)) throw error;
  }
  throw directoryErrors('scimRequest.effectInvalid', { field: 'effect' });
}
