import type { AdapterPayload, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { clock } from '../../platform/clock/clock.ts';
import { whoIs, type SignedIn, type Web } from '../web.ts';
import { currentUnit } from './artifacts/unit.ts';

type SessionModel = Provider['Session'];
type ProviderSession = InstanceType<SessionModel>;

/** The session of the provider that this request works on is a view of ours: whose it is, ours alone says. */
export function viewOurSession(provider: Provider, web: Pick<Web, 'cookies' | 'sessions'>): void {
  const model = provider.Session as SessionModel & {
    instantiate(payload: object): ProviderSession;
    adapter: { findByUid(uid: string): Promise<AdapterPayload | undefined> };
    get(ctx: KoaContextWithOIDC): Promise<ProviderSession>;
  };
  const byCookie = model.get.bind(model);
  model.get = async (ctx) => {
    const who = await whoIs(web, ctx.req, 'user');
    const unit = currentUnit();
    if (unit && who.in) unit.who = who;
    const found = who.in ? model.instantiate(await viewOf(model, who)) : await byCookie(ctx);
    // What the provider's own cookie leads to keeps a form's secret for somebody who is not in, and never says who it is.
    const session = who.in || found.accountId === undefined ? found : model.instantiate({});
    if (ctx.oidc instanceof provider.OIDCContext) ctx.oidc.entity('Session', session);
    return session;
  };
}

async function viewOf(
  model: { adapter: { findByUid(uid: string): Promise<AdapterPayload | undefined> } },
  { session, principal }: SignedIn,
): Promise<object> {
  const { id: uid, authTime, createdAt, amr } = session;
  return {
    ...(await model.adapter.findByUid(uid)),
    uid,
    accountId: principal.id,
    loginTs: Math.floor((authTime ?? createdAt) / 1000),
    ...(amr !== null && { amr: amr.split(' ') }),
  };
}

/** For how long the provider's session is kept: as long as ours lasts, or as long as a form waits. */
export function sessionSeconds(): number {
  const who = currentUnit()?.who;
  return who ? Math.max(1, Math.ceil((who.session.expiresAt - clock.now()) / 1000)) : 3_600;
}
