import type { Adapter, AdapterPayload } from 'oidc-provider';
import { clock } from '../../../platform/clock/clock.ts';
import { patienceMs, within } from '../../../platform/database/errors.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { type Artifact, artifactPayload } from './artifact.entity.ts';
import { artifactId, sealedModels, sessionViewId, userCodeHash } from './ids.ts';
import { RememberedTokens } from './remembered.ts';
import { insertArtifact, readArtifact, readByUserCode } from './rows.ts';
import { currentUnit, inUnit, type ProviderUnit } from './unit.ts';

/** What the request that is being answered tells of who asks. */
export interface Asking {
  organisationId: string | null;
  accountId: string | null;
  /** The scope of the refresh token that an access token is made from: it decides how long that lives. */
  refreshScope: string | undefined;
}

/** The provider's artifacts, kept in our database: what counts is asked of our own sessions at every look. */
export class Artifacts {
  readonly #ground: Ground;
  readonly #sessions: Sessions;
  readonly #tokens: RememberedTokens;

  constructor(ground: Ground, sessions: Sessions) {
    this.#ground = ground;
    this.#sessions = sessions;
    this.#tokens = new RememberedTokens(ground.db, ground.outbox);
  }

  /** Runs a request's work, and writes what it changed in one unit of work. @throws UsedAlready */
  unit<T>(work: (unit: ProviderUnit) => Promise<T>): Promise<T> {
    return inUnit(this.#ground, (m, row) => this.#merged(m, row), work);
  }

  /**
   * An artifact that counts: not expired, its person still in under the epochs that it was born under, and its session
   * not over, if it ends with that. One that was used is found, so that the second use is noticed.
   * @throws database.away when it does not answer within a second
   */
  live(id: string): Promise<Artifact | null> {
    return within(2 * patienceMs, this.#live(id));
  }

  /**
   * Remembers that a client's assertion or DPoP proof was used: of any number at the same moment one is the first.
   * Written at once, whatever becomes of the request, so that no two can both look before either has written.
   * @param jti what its client calls it (RFC 7523 §3, RFC 9449 §11.1)
   * @param seconds for which it would be good
   */
  firstUse(clientId: string, jti: string, seconds: number, asking: Asking): Promise<boolean> {
    const row = this.#row('ReplayDetection', `${clientId} ${jti}`, { clientId }, seconds, asking);
    return this.#ground.db.write((m) => insertArtifact(m, row));
  }

  async #live(id: string): Promise<Artifact | null> {
    const unit = currentUnit();
    if (unit?.removed.has(id)) return null;
    const row = unit?.writes.get(id) ?? (await this.#stored(id));
    return row && (await this.#counts(row, unit)) ? row : null;
  }

  /** Whether a token of that id was good a moment ago, so that `live` needs no database to say what it is now. */
  isRemembered(id: string): boolean {
    return this.#tokens.get(id) !== undefined;
  }

  async #stored(id: string): Promise<Artifact | null> {
    const known = this.#tokens.get(id);
    if (known) return known.expiresAt > clock.now() ? known : null;
    const { moment } = this.#tokens;
    const row = await readArtifact(this.#ground.db.read, id);
    if (row) this.#tokens.remember(moment, row);
    return row;
  }

  /** The adapter of one model, for oidc-provider. */
  adapter(model: string, asking: () => Asking): Adapter {
    const stamp = (id: string, payload: AdapterPayload, expiresIn: number | undefined): Artifact =>
      this.#row(model, id, payload, expiresIn, asking());
    return {
      upsert: (id, payload, expiresIn) => this.unit(async (unit) => unit.write(stamp(id, payload, expiresIn))),
      find: async (id) => this.#payload(await this.live(artifactId(model, id)), id),
      findByUid: async (uid) => this.#payload(await this.live(sessionViewId(uid))),
      findByUserCode: async (userCode) => {
        const row = await within(patienceMs, readByUserCode(this.#ground.db.read, userCodeHash(userCode)));
        return row && this.#payload(await this.live(row.id));
      },
      consume: (id) =>
        this.unit(async (unit) => {
          const key = artifactId(model, id);
          unit.consumed.set(key, (await this.live(key))?.grantId ?? null);
        }),
      destroy: (id) =>
        this.unit(async (unit) => (model === 'Grant' ? unit.revoke(id) : unit.remove(artifactId(model, id), model))),
      revokeByGrantId: (grantId) => this.unit(async (unit) => unit.revoke(grantId)),
    } as Adapter;
  }

  async #counts(row: Artifact, unit: ProviderUnit | undefined): Promise<boolean> {
    if (row.grantId !== null && unit?.revoked.has(row.grantId)) return false;
    if (row.userId === null) return true;
    // Made in this very request: it has no birth yet, and takes that over from its grant, which was looked at.
    if (unit?.writes.get(row.id) === row && row.epoch === null) return true;
    if (row.epoch === null || row.accountEpoch === null) return false;
    const { userId: principalId, epoch, accountEpoch } = row;
    const sessionId = row.endsWithSession ? (row.sessionId ?? '') : null;
    return (await this.#sessions.standing({ kind: 'user', principalId, epoch, accountEpoch, sessionId })) !== null;
  }

  #payload(row: Artifact | null, handedOut?: string): AdapterPayload | undefined {
    if (!row) return undefined;
    const payload = JSON.parse(this.#opened(row)) as AdapterPayload;
    if (handedOut !== undefined) payload.jti = handedOut;
    if (row.consumedAt !== null) payload.consumed = Math.floor(row.consumedAt / 1000);
    return payload;
  }

  #row(model: string, id: string, given: AdapterPayload, expiresIn: number | undefined, asking: Asking): Artifact {
    const { jti, ...bare } = given;
    const who = currentUnit()?.who ?? null;
    const isView = model === 'Session' && given.accountId !== undefined;
    const key = isView ? sessionViewId(given.uid ?? '') : artifactId(model, id);
    const sealed = sealedModels.has(model);
    const text = JSON.stringify(sealed ? { ...bare, jti } : bare);
    const personal = model !== 'Interaction' && given.accountId !== undefined;
    // A grant, and the view of a session, are born in the browser of the person who is in; nowhere else.
    const atBirth = (model === 'Grant' || isView) && who?.principal.id === given.accountId ? who : null;
    const now = clock.now();
    return {
      id: key,
      model,
      organisationId: atBirth?.principal.organisationId ?? asking.organisationId,
      accountId: atBirth?.principal.accountId ?? asking.accountId,
      clientId: given.clientId ?? (given.params?.['client_id'] as string | undefined) ?? null,
      userId: personal ? (given.accountId ?? null) : null,
      grantId: model === 'Interaction' || model === 'Grant' ? null : (given.grantId ?? null),
      sessionId: atBirth?.session.id ?? null,
      endsWithSession: personal && (isView || !isOffline(model, given, asking)),
      epoch: atBirth?.session.epoch ?? null,
      accountEpoch: atBirth?.session.accountEpoch ?? null,
      userCodeHash: given.userCode === undefined ? null : userCodeHash(given.userCode),
      payload: sealed ? '{}' : text,
      sealedPayload: sealed ? this.#ground.seal.seal(text, placeIn(artifactPayload, key)) : null,
      createdAt: now,
      expiresAt: now + (expiresIn ?? 0) * 1000,
      consumedAt: null,
    };
  }

  /** Two windows of one browser each know their own applications: the view of their session keeps both. */
  async #merged(m: Writer, row: Artifact): Promise<Artifact> {
    if (row.model !== 'Session' || row.userId === null) return row;
    const there = await readArtifact(m, row.id);
    if (!there) return row;
    const [before, after] = [there, row].map((each) => JSON.parse(this.#opened(each)) as AdapterPayload);
    const authorizations = { ...before?.authorizations, ...after?.authorizations };
    const text = JSON.stringify({ ...after, authorizations });
    return { ...row, sealedPayload: this.#ground.seal.seal(text, placeIn(artifactPayload, row.id)) };
  }

  #opened = ({ id, payload, sealedPayload }: Artifact): string =>
    sealedPayload === null ? payload : this.#ground.seal.unseal(sealedPayload, placeIn(artifactPayload, id));
}

/** Whether it outlives its session, which a person agrees to by name (OpenID Connect Core §11). */
function isOffline(model: string, payload: AdapterPayload, asking: Asking): boolean {
  const granted = (payload as { openid?: { scope?: string } }).openid?.scope;
  const scope =
    model === 'Grant' ? granted : model === 'AccessToken' ? (asking.refreshScope ?? payload.scope) : payload.scope;
  return scope?.split(' ').includes('offline_access') ?? false;
}
