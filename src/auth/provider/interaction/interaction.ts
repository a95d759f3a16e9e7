import type { Request, Response } from 'express';
import type { Interaction } from 'oidc-provider';
import { clock } from '../../../platform/clock/clock.ts';
import { sendPage } from '../../../platform/http/pages/send.ts';
import { authErrors } from '../../errors.ts';
import type { SignedIn } from '../../web.ts';
import { formSource } from '../render.ts';
import type { OpenIdProvider } from '../provider.ts';
import { leadOnPage } from '../views.ts';

/** The interaction of this browser that the address names. @throws interaction.over */
export async function openInteraction(openid: OpenIdProvider, req: Request, res: Response): Promise<Interaction> {
  const { provider } = await openid.current();
  const { cookies } = provider.createContext(req, res);
  const uid = cookies.get('carillon_oidc_interaction', { signed: true });
  const interaction = uid !== undefined && uid === req.params['uid'] ? await provider.Interaction.find(uid) : undefined;
  if (!interaction) throw authErrors('interaction.over');
  return interaction;
}

/** What a person's answer is to the provider; an error is told to the application. */
export type Answer =
  | { login: null }
  | { account: null }
  | { consent: { grantId: string } }
  | { error: string; error_description: string };

/**
 * Finishes an interaction and leads the browser back to the provider. `login: null` says that somebody was asked to
 * sign in, and leaves who it is to our own session: the provider lets in nobody by itself. Which session the interaction
 * began under does not matter either: the view of the one that is there now decides, and the signed cookie binds the browser.
 */
export async function finish(
  openid: OpenIdProvider,
  res: Response,
  interaction: Interaction,
  answer: Answer,
): Promise<void> {
  delete (interaction as { session?: unknown }).session;
  interaction.result = ('error' in answer ? answer : { ...interaction.lastSubmission, ...answer }) as never;
  await interaction.save(Math.max(1, interaction.exp - Math.floor(Date.now() / 1000)));
  const { config } = openid.parts.ground;
  const source = formSource(interaction.params['redirect_uri']) ?? config.publicUrl;
  // The browser may be on its way from the form of the sign-in page, which leads on to these and no further.
  const followsForms =
    source.startsWith('https:') ||
    source === config.publicUrl ||
    (source.startsWith('http:') && config.outboundPrivateHosts.length > 0);
  if (followsForms) return res.redirect(303, interaction.returnTo);
  res.setHeader('refresh', `0; url=${interaction.returnTo}`);
  sendPage(res, leadOnPage(new URL(interaction.returnTo).pathname));
}

/** Reasons for which being signed in is not enough: the person must prove who they are again. */
const again = new Set(['login_prompt', 'max_age', 'id_token_hint', 'claims_id_token_sub_value']);

/** Whether whoever is in now is an answer to being asked to sign in. */
export function isAnswered({ prompt, session, iat }: Interaction, who: SignedIn): boolean {
  if (!prompt.reasons.some((reason) => again.has(reason))) return true;
  return who.session.id !== session?.uid && who.session.createdAt >= (iat ?? clock.now()) * 1000;
}

/** Whether the person has just signed in for this, and it was not enough: asking again would change nothing. */
export const isHopeless = ({ prompt, lastSubmission }: Interaction): boolean =>
  lastSubmission !== undefined && 'login' in lastSubmission && prompt.reasons.every((reason) => again.has(reason));

/** The sign-in page, from which the person comes back here. @param maxAge how old, in seconds, their proof may be */
export function signInPath({ uid, params }: Interaction, maxAge: number | null): string {
  const query = new URLSearchParams({ target: `/oidc/interaction/${uid}` });
  const hint = params['login_hint'];
  if (typeof hint === 'string' && hint.length <= 320) query.set('login_hint', hint);
  if (maxAge !== null) query.set('max_age', String(maxAge));
  return `/signin?${query.toString()}`;
}

/** How old the person's proof may be, for what this interaction asks; null: as old as it is. */
export function maxAgeOf({ prompt, params }: Interaction): number | null {
  if (!prompt.reasons.some((reason) => again.has(reason))) return null;
  const onlyAge = prompt.reasons.every((reason) => reason === 'max_age' || reason === 'no_session');
  return onlyAge ? Number(params['max_age'] ?? 0) : 0;
}
