import type * as Library from 'oidc-provider';
import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { clock } from '../../platform/clock/clock.ts';
import { identifyAs } from '../../platform/context/context.ts';
import { changed } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import { faultPoint } from '../../platform/fault-points/fault-points.ts';
import { sessionCookie } from '../web.ts';
import { removeGrant } from './artifacts/rows.ts';
import { currentUnit, type ProviderUnit, UsedAlready } from './artifacts/unit.ts';
import { TooManyDeviceCodes } from './asked-bounds.ts';
import { compareClientSecret } from './clients/secret-check.ts';
import { askingOf, type ProviderParts } from './configuration.ts';
import { type Face, openIdFace } from './face.ts';
import type { KeySet, SigningKeys } from './keys/keys.ts';
import { allowFormsToUri, renderError, renderHandOver } from './render.ts';
import { viewOurSession } from './session-view.ts';

interface Built {
  keys: KeySet;
  provider: Provider;
  answer: ReturnType<Provider['callback']>;
}

/**
 * The OpenID provider: oidc-provider over our storage, clients, keys and sessions. It is loaded when it is first asked
 * for, since loading it takes as long as the rest of a start; and made anew when the signing keys have changed.
 */
export class OpenIdProvider {
  readonly parts: ProviderParts;
  readonly #keys: SigningKeys;
  readonly #face: Face;
  #library: Promise<typeof Library> | null = null;
  #built: Built | null = null;

  constructor(parts: ProviderParts, keys: SigningKeys, face = openIdFace(parts.ground.config.publicUrl)) {
    this.parts = parts;
    this.#keys = keys;
    this.#face = face;
  }

  /** The provider as it is now, with the keys as they are now. */
  async current(): Promise<Built> {
    const keys = await this.#keys.current();
    if (this.#built?.keys === keys) return this.#built;
    this.#library ??= import('oidc-provider');
    const built = this.#build(await this.#library, keys);
    this.#built = built;
    return built;
  }

  #build(library: typeof Library, keys: KeySet): Built {
    const { ground, artifacts, secretCheck } = this.parts;
    const provider = new library.Provider(this.#face.issuer, this.#face.configure(this.parts, keys, library));
    provider.proxy = true; // `route.ts` has written these headers itself
    provider.silent = true;
    viewOurSession(provider, this.parts);
    const model = provider.Client.prototype as unknown as Record<string, unknown>;
    model['compareClientSecret'] = compareClientSecret(secretCheck, library.errors);
    // The library looks first and writes later, between which a second request may look too.
    provider.ReplayDetection.unique = (clientId, jti, exp) =>
      artifacts.firstUse(clientId, jti, exp - Math.floor(clock.now() / 1000), askingOf(library.Provider.ctx));
    // Logout tokens go from the outbox, whatever ended the session (`logout/`).
    model['backchannelLogout'] = async () => undefined;
    provider.on('server_error', (_ctx, error) => ground.log.error({ error }, 'OpenID provider failed'));
    provider.on('authorization.success', (ctx, out?: Record<string, unknown>) => {
      if (out) this.#face.grant?.(ctx, out);
      allowAnswer(ctx);
      noteAuthorization(ctx, ground.config.refreshTokenDays);
    });
    provider.on('authorization.error', allowAnswer);
    provider.use(async (ctx, next) => {
      try {
        await artifacts.unit(async (unit) => {
          await next();
          this.#note(ctx as KoaContextWithOIDC, unit);
          this.#face.answer?.(ctx as KoaContextWithOIDC);
          faultPoint('provider.made', routeOf(ctx));
        });
        faultPoint('provider.written', routeOf(ctx));
      } catch (error) {
        if (error instanceof UsedAlready) await this.#endFamily(ctx as KoaContextWithOIDC, error.grantId);
        else if (error instanceof TooManyDeviceCodes) tellLater(ctx as KoaContextWithOIDC, error);
        else this.#fail(ctx as KoaContextWithOIDC, error);
        this.#face.answer?.(ctx as KoaContextWithOIDC);
      }
    });
    return { keys, provider, answer: provider.callback() };
  }

  /** What the trail says of a request, and what else belongs to its unit of work. */
  #note(ctx: KoaContextWithOIDC, unit: ProviderUnit): void {
    const oidc = ctx.oidc as KoaContextWithOIDC['oidc'] | undefined;
    if (!oidc) return;
    renderHandOver(ctx);
    const { client, route } = oidc;
    if (client && !unit.who) actAs(client);
    const of = { organisationId: ownerOf(client), accountId: unit.who?.principal.accountId ?? null };
    const clientId = client?.clientId;
    if (route === 'token' && unit.revoked.size > 0) {
      unit.action = { eventName: 'RevokeGrant', ...of, requestParameters: { clientId, because: 'reuse' } };
      this.parts.ground.log.warn({ clientId }, 'a code or refresh token was used twice: its grant has ended');
    } else if (route === 'revocation' && unit.revoked.size + unit.removed.size > 0) {
      unit.action = { eventName: 'RevokeToken', ...of, requestParameters: { clientId } };
    } else if (route === 'end_session_confirm' && ctx.status === 303 && oidc.params?.['logout'] && unit.who) {
      this.#signOut(ctx, unit, clientId);
    }
  }

  /** The person said yes: our session ends, and the provider's with it, being a view of ours. */
  #signOut(ctx: KoaContextWithOIDC, unit: ProviderUnit, clientId: string | undefined): void {
    const { principal, session } = unit.who!;
    const { organisationId, accountId, id: userId } = principal;
    const requestParameters = { userId, sessionId: session.id, ...(clientId !== undefined && { clientId }) };
    unit.action = { eventName: 'SignOut', organisationId, accountId, requestParameters };
    unit.also.push(async (m) => void (await this.parts.sessions.end(m, userId, session.id, 'signedOutHere')));
    this.parts.cookies.clear(ctx.res, sessionCookie.user);
  }

  /** Two used one thing in the same moment, and this is the later one: what the first was given ends too (RFC 9700 §4.14). */
  async #endFamily(ctx: KoaContextWithOIDC, grantId: string | null): Promise<void> {
    const { client } = ctx.oidc;
    ctx.remove('location');
    ctx.status = 400;
    if (grantId === null) return renderError(ctx, { error: 'invalid_request_uri' }, new Error('used already'));
    const action = {
      eventName: 'RevokeGrant',
      organisationId: ownerOf(client),
      requestParameters: { clientId: client?.clientId, because: 'reuse' },
    };
    await this.parts.ground.trail.perform(action, async (m) => {
      await removeGrant(this.parts.ground.outbox, m, grantId);
      return { result: undefined };
    });
    ctx.body = { error: 'invalid_grant', error_description: 'grant request is invalid' };
  }

  #fail(ctx: KoaContextWithOIDC, error: unknown): void {
    this.parts.ground.log.error({ error }, 'OpenID provider failed');
    ctx.remove('location');
    ctx.status = 500;
    ctx.body = { error: 'server_error', error_description: 'oops! something went wrong' };
  }
}

/** The unit of work was undone, as the client may not have more for now. */
function tellLater(ctx: KoaContextWithOIDC, { message }: Error): void {
  ctx.status = 429;
  ctx.body = { error: 'temporarily_unavailable', error_description: message };
}

/** What the library calls the endpoint; nothing where there is none. */
const routeOf = (ctx: object): string | undefined => (ctx as Partial<KoaContextWithOIDC>).oidc?.route;

const ownerOf = (client: Client | undefined): string | null =>
  (client?.['organisation_id'] as string | undefined) ?? null;

/** A request of a client, not of a browser. */
function actAs(client: Client): void {
  const organisationId = ownerOf(client);
  identifyAs({ type: 'Client', principalId: client.clientId, ...(organisationId !== null && { organisationId }) });
}

/** An answer as a form may be sent to where the client wants it, if that is one of its addresses. */
function allowAnswer(ctx: KoaContextWithOIDC): void {
  const uri = ctx.oidc.params?.['redirect_uri'];
  if (typeof uri === 'string' && ctx.oidc.client?.redirectUriAllowed(uri)) allowFormsToUri(ctx, uri);
}

/** What the trail says of a person's yes; and who holds something that outlives every session is not forgotten by a no. */
function noteAuthorization(ctx: KoaContextWithOIDC, refreshTokenDays: number): void {
  const unit = currentUnit();
  const { client, grant, route } = ctx.oidc;
  if (!unit?.who || !client) return;
  const { organisationId, accountId, id: userId } = unit.who.principal;
  const scope = grant?.getOIDCScopeFiltered(ctx.oidc.requestParamScopes) ?? '';
  unit.action = {
    eventName: route?.startsWith('device') || route?.startsWith('code') ? 'AuthorizeDevice' : 'Authorize',
    organisationId,
    accountId,
    requestParameters: { userId, clientId: client.clientId, scope, sessionId: unit.who.session.id },
  };
  if (!scope.split(' ').includes('offline_access')) return;
  const until = clock.now() + refreshTokenDays * 86_400_000;
  unit.also.push(async (m) => {
    await changed(
      m,
      sql`UPDATE "users" SET "liveUntil" = ${until}
          WHERE "id" = ${userId} AND ("liveUntil" IS NULL OR "liveUntil" < ${until}) RETURNING "id"`,
    );
  });
}
