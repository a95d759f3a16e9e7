import { interactionPolicy, Provider } from 'oidc-provider';
import type { ClientMetadata, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { Html, pageHeaders } from '../look.ts';
import { displayName } from '../people.ts';
import type { Person } from '../people.ts';
import { readPeople } from '../state.ts';
import { fileAdapter } from './store.ts';
import type { Keys } from './store.ts';
import type { ProviderOptions } from './options.ts';
import { faultPage, same, signedOutPage, signOutPage } from './pages.ts';

/** Okta's paths, below the organisation's own authorization server. */
const routes = {
  authorization: '/oauth2/v1/authorize',
  token: '/oauth2/v1/token',
  userinfo: '/oauth2/v1/userinfo',
  jwks: '/oauth2/v1/keys',
  end_session: '/oauth2/v1/logout',
  revocation: '/oauth2/v1/revoke',
};

const claimsOf = (who: Person) => ({
  sub: who.id,
  name: displayName(who),
  given_name: who.givenName,
  family_name: who.familyName,
  preferred_username: who.userName,
  email: who.email,
  email_verified: true,
  locale: 'en-US',
});

const show = (ctx: KoaContextWithOIDC, body: string): void => {
  ctx.set(pageHeaders);
  ctx.type = 'html';
  ctx.body = body;
};

/**
 * The provider: code flow, PKCE where asked, RS256, ID tokens with nothing but the subject's facts, no consent page.
 * Who may sign in is read from the directory's state each time, so a deactivated person is out at the next request.
 * @param options as the process was started, with the issuer known
 */
export function makeProvider(options: ProviderOptions & { issuer: string }, keys: Keys): Provider {
  const active = (id: string | undefined): Person | undefined =>
    readPeople(options.peoplePath).find((who) => who.id === id && who.active);
  const { Check, base } = interactionPolicy;
  const policy = base();
  policy.get('login')?.checks.add(
    new Check('not_this_person', 'the session is of a deactivated person, or not of the one hinted at', ({ oidc }) => {
      const id = oidc.session?.accountId;
      if (id === undefined || oidc.result?.login !== undefined) return Check.NO_NEED_TO_PROMPT;
      const who = active(id);
      const hint = oidc.params?.['login_hint'];
      const hinted = typeof hint === 'string' && readPeople(options.peoplePath).find((p) => same(p.userName, hint));
      return who === undefined || (hinted && hinted.id !== id) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
    }),
  );

  const configuration: Configuration = {
    adapter: fileAdapter(options.sessionsPath),
    clients: options.clients.map((client): ClientMetadata => ({
      ...client,
      // oidc-provider wants https for it, and only the home page uses it.
      initiate_login_uri: undefined,
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    })),
    jwks: { keys: [keys.signing] },
    cookies: {
      keys: keys.cookies,
      // Cookies of one host are shared by all its ports: other applications on it must not meet ours.
      names: { session: 'acme_session', interaction: 'acme_interaction', resume: 'acme_resume' },
      short: { path: '/' },
    },
    claims: {
      openid: ['sub'],
      profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: true,
    pkce: { required: () => false },
    routes,
    interactions: { policy, url: (_ctx, interaction) => `/signin/${interaction.uid}` },
    findAccount: (_ctx, id) => {
      const who = active(id);
      return who && { accountId: id, claims: () => claimsOf(who) };
    },
    async loadExistingGrant(ctx) {
      const { client, session, account, result } = ctx.oidc;
      if (!client || !account) return undefined;
      const known = result?.consent?.grantId ?? session?.grantIdFor(client.clientId);
      const kept = known === undefined ? undefined : await ctx.oidc.provider.Grant.find(known);
      if (kept) return kept;
      const grant = new ctx.oidc.provider.Grant({ accountId: account.accountId, clientId: client.clientId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, Interaction: 3600, Session: 86400, Grant: 86400 },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => show(ctx, signOutPage(new Html(form))),
        postLogoutSuccessSource: (ctx) => show(ctx, signedOutPage()),
      },
    },
    renderError: (ctx, out) => show(ctx, faultPage(out.error_description ?? out.error)),
  };
  if (options.announceIss === false)
    configuration.discovery = { authorization_response_iss_parameter_supported: false };
  const provider = new Provider(options.issuer, configuration);
  if (options.announceIss === false) withoutIss(provider);
  return provider;
}

/** oidc-provider always sends `iss`; older providers send none, and say so. */
function withoutIss(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path.endsWith('/openid-configuration') && typeof ctx.body === 'object' && ctx.body !== null)
      ctx.body = { ...ctx.body, authorization_response_iss_parameter_supported: false };
    const location = ctx.response.get('location');
    if (!ctx.path.startsWith(routes.authorization) || !URL.canParse(location)) return;
    const url = new URL(location);
    url.searchParams.delete('iss');
    ctx.set('location', url.href);
  });
}
