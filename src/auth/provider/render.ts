import type { Configuration, ErrorOut, KoaContextWithOIDC, errors } from 'oidc-provider';
import { requestContext } from '../../platform/context/context.ts';
import type { Html } from '../../platform/http/pages/html.ts';
import { allowFormsTo } from '../../platform/http/pages/policy.ts';
import type { Cookies } from '../../platform/http/cookies.ts';
import { sessionCookie } from '../web.ts';
import { texts } from './texts.ts';
import {
  deviceCodePage,
  deviceConfirmPage,
  deviceDonePage,
  errorPage,
  handOverPage,
  signedOutPage,
  signOutPage,
} from './views.ts';

type Features = NonNullable<Configuration['features']>;
type DeviceFlow = NonNullable<Features['deviceFlow']>;

function show(ctx: KoaContextWithOIDC, document: Html): void {
  ctx.type = 'html';
  ctx.body = document.text;
}

/** An error that cannot be told to the application: a page, and nothing is sent anywhere. */
export function renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: errors.OIDCProviderError | Error): void {
  const code = error.name === 'SessionNotFound' ? 'session_not_found' : out.error;
  show(ctx, errorPage(code, out.error_description, requestContext().requestId));
}

/** The browser's form may lead on to where the application wants to be answered. */
export function allowFormsToUri(ctx: KoaContextWithOIDC, uri: unknown): void {
  const source = formSource(uri);
  if (source !== null) allowFormsTo(ctx.res, [source]);
}

/** An address as a source of a content security policy: its origin, or for a device's own application its scheme. */
export function formSource(uri: unknown): string | null {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return null;
  const { origin, protocol } = new URL(uri);
  return origin === 'null' ? protocol : origin;
}

/** What oidc-provider answers with when the application is to be posted to. */
const formPost = /<form method="post" action="([^"]*)">\s*((?:<input type="hidden" [^>]*\/>\s*)*)<noscript>/;

/** An answer by a form, as a page of ours: the library's own is bare where there are no scripts. */
export function renderHandOver(ctx: KoaContextWithOIDC): void {
  const found = ctx.oidc.params?.['response_mode'] === 'form_post' ? formPost.exec(String(ctx.body)) : null;
  if (!found) return;
  const { status } = ctx;
  allowFormsToUri(ctx, ctx.oidc.params?.['redirect_uri']);
  show(ctx, handOverPage(found[1]!, found[2]!));
  ctx.status = status;
}

export const logoutPages = (cookies: Cookies): Partial<NonNullable<Features['rpInitiatedLogout']>> => ({
  logoutSource: async (ctx, form) => {
    allowFormsToUri(ctx, ctx.oidc.params?.['post_logout_redirect_uri']);
    show(ctx, signOutPage(form, ctx.oidc.client?.clientName ?? null));
  },
  postLogoutSuccessSource: async (ctx) => {
    // Whoever chose to stay comes by here too.
    const stays = cookies.read(ctx.req, sessionCookie.user) !== undefined;
    if (stays) ctx.redirect('/me');
    else show(ctx, signedOutPage());
  },
});

export const deviceFlowPages: Pick<
  DeviceFlow,
  'userCodeInputSource' | 'userCodeConfirmSource' | 'successSource' | 'deviceInfo'
> = {
  deviceInfo: (ctx) => ({ ip: requestContext().clientAddress, ua: ctx.get('user-agent').slice(0, 256) }),
  userCodeInputSource: async (ctx, form, out, error) => {
    if (error && out && isFormless(ctx)) return renderExpired(ctx, out);
    const fault = error && faultOf(error);
    show(ctx, deviceCodePage(ctx.oidc.urlFor('code_verification'), secretOf(form), fault ?? null));
  },
  userCodeConfirmSource: async (ctx, form, client, deviceInfo, userCode) => {
    const { ip, ua } = deviceInfo as { ip?: string; ua?: string };
    const names = { client: client.clientName ?? client.clientId, address: ip ?? '', userAgent: ua ?? '' };
    show(ctx, deviceConfirmPage({ ...names, userCode, form }));
  },
  successSource: async (ctx) => show(ctx, deviceDonePage(ctx.oidc.client?.clientName ?? '')),
};

/** Whether this browser has no session of the provider's that a form's secret could be kept in. */
const isFormless = ({ oidc: { session } }: KoaContextWithOIDC): boolean => typeof session?.exp !== 'number';

/** Somebody came without the cookies of what they would go on with. */
function renderExpired(ctx: KoaContextWithOIDC, out: ErrorOut): void {
  // The library has put a secret there, and would write it to a session that was never kept.
  (ctx.oidc.session as { touched?: boolean }).touched = false;
  show(ctx, errorPage('session_not_found', out.error_description, requestContext().requestId));
}

/** The form's secret, from the markup that oidc-provider makes. */
const secretOf = (form: string): string => /name="xsrf" value="([0-9a-f]+)"/.exec(form)?.[1] ?? '';

function faultOf(error: Error & { userCode?: string }): string {
  if (error.name === 'AbortedError') return texts.device.aborted;
  const wrong = error.userCode !== undefined || error.name === 'NoCodeError';
  return wrong ? texts.device.wrong : texts.device.fault;
}
