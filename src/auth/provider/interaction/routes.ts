import express from 'express';
import type { Request, Response, Router } from 'express';
import { decodeJwt } from 'jose';
import type { Client, Interaction } from 'oidc-provider';
import { formOf } from '../../../platform/http/pages/app.ts';
import { sendPage } from '../../../platform/http/pages/send.ts';
import { UserTable } from '../../../users/user.entity.ts';
import { authErrors } from '../../errors.ts';
import { type SignedIn, whoIs } from '../../web.ts';
import { interactionPath } from '../configuration.ts';
import type { ClientProtocol } from '../clients/kinds.ts';
import { accountPrompt, isFor } from '../policy.ts';
import type { OpenIdProvider } from '../provider.ts';
import { formSource } from '../render.ts';
import { consentPage, notForPage } from '../views.ts';
import { askedOf, giveConsent } from './consent.ts';
import { finish, isAnswered, isHopeless, maxAgeOf, openInteraction, signInPath } from './interaction.ts';

/** `/oidc/interaction/{uid}`: what a person is asked before an application is told anything. */
export function interactionRoutes(openid: OpenIdProvider, amazon: OpenIdProvider): Router {
  const router = express.Router({ caseSensitive: true });
  const path = interactionPath(':uid');

  router.get(path, async (req, res) => {
    const interaction = await openInteraction(openid, req, res);
    const who = await whoIs(openid.parts, req, 'user');
    if (!who.in || !(interaction.prompt.name !== 'login' || isAnswered(interaction, who))) {
      if (who.in && isHopeless(interaction)) return finish(openid, res, interaction, notProved);
      return res.redirect(303, signInPath(interaction, maxAgeOf(interaction)));
    }
    if (!(await isMeant(openid, interaction, who))) return finish(openid, res, interaction, notProved);
    if (interaction.prompt.name === 'login') return finish(openid, res, interaction, { login: null });
    const client = await clientOf({ openid, amazon }, interaction);
    if (!isFor(client, who.principal)) return sendNotFor(openid, req, res, interaction, client, who);
    if (interaction.prompt.name === accountPrompt) return finish(openid, res, interaction, { account: null });
    await sendConsent(openid, req, res, interaction, client, who);
  });

  router.post(path, async (req, res) => {
    const interaction = await openInteraction(openid, req, res);
    const who = await whoIs(openid.parts, req, 'user');
    const form = formOf(req);
    const answer = form.get('answer');
    if (answer === 'other') return res.redirect(303, signInPath(interaction, 0));
    if (answer === 'deny') return deny(openid, res, interaction, who.in ? who : null);
    // Somebody else has signed in since the page was shown: they are asked themselves.
    const same = who.in && form.get('person') === who.principal.id;
    if (answer !== 'allow' || !same || interaction.prompt.name !== 'consent') {
      return res.redirect(303, interactionPath(interaction.uid));
    }
    if (!(await isMeant(openid, interaction, who))) return finish(openid, res, interaction, notProved);
    const client = await clientOf({ openid, amazon }, interaction);
    if (!isFor(client, who.principal)) return res.redirect(303, interactionPath(interaction.uid));
    const { provider } = await openid.current();
    const grantId = await giveConsent(openid, provider, interaction, client, who);
    await finish(openid, res, interaction, { consent: { grantId } });
  });

  return router;
}

interface Faces {
  openid: OpenIdProvider;
  amazon: OpenIdProvider;
}

const notProved = { error: 'login_required', error_description: 'the person who was asked for did not sign in anew' };

/** Whether whoever is in is the person that the client named by an ID token, which the provider has checked already. */
async function isMeant({ parts }: OpenIdProvider, { params }: Interaction, { principal }: SignedIn): Promise<boolean> {
  const hint = params['id_token_hint'];
  if (typeof hint !== 'string') return true;
  const client = await parts.clients.find(String(params['client_id']));
  return client !== null && decodeJwt(hint).sub === parts.subjects.of(principal.id, client);
}

/** The client of whichever face the interaction was begun at. */
async function clientOf({ openid, amazon }: Faces, { params }: Interaction): Promise<Client> {
  const id = String(params['client_id']);
  const registered = await openid.parts.clients.find(id);
  const { provider } = await (registered?.protocol === 'amazon' ? amazon : openid).current();
  const client = await provider.Client.find(id);
  if (!client) throw authErrors('interaction.over', { detail: 'the client is gone' });
  return client;
}

async function deny(
  openid: OpenIdProvider,
  res: Response,
  interaction: Interaction,
  who: SignedIn | null,
): Promise<void> {
  const { organisationId = null, accountId = null, id: userId } = who?.principal ?? {};
  const requestParameters = { userId, clientId: String(interaction.params['client_id']).slice(0, 64) };
  const action = { eventName: 'GiveConsent', organisationId, accountId, requestParameters };
  openid.parts.ground.trail.refused(action, authErrors('consent.refused'));
  await finish(openid, res, interaction, { error: 'access_denied', error_description: 'the person did not agree' });
}

interface Named {
  id: string;
  name: string;
  address: string;
}

async function personOf(openid: OpenIdProvider, { principal }: SignedIn): Promise<Named> {
  const user = await openid.parts.ground.db.read.findOneBy(UserTable, { id: principal.id });
  if (!user) throw authErrors('interaction.over', { detail: 'the person is gone' });
  return { id: user.id, name: user.displayName ?? user.userName, address: user.primaryAddress };
}

const nameOf = (client: Client): string => client.clientName ?? client.clientId;

async function sendConsent(
  openid: OpenIdProvider,
  req: Request,
  res: Response,
  interaction: Interaction,
  client: Client,
  who: SignedIn,
): Promise<void> {
  const { scopes, resources } = askedOf(interaction, client);
  const redirectUri = interaction.params['redirect_uri'];
  const source = formSource(redirectUri);
  const document = consentPage({
    client: nameOf(client),
    protocol: client['protocol'] as ClientProtocol,
    person: await personOf(openid, who),
    scopes: [...scopes, ...Object.values(resources).flat()],
    host: source !== null && /^https?:/.test(source) ? new URL(source).host : null,
    isNative: client.applicationType === 'native',
    action: interactionPath(interaction.uid),
    csrf: openid.parts.csrf.token(req, res),
  });
  sendPage(res, document, { formAction: source === null ? [] : [source] });
}

async function sendNotFor(
  openid: OpenIdProvider,
  req: Request,
  res: Response,
  interaction: Interaction,
  client: Client,
  who: SignedIn,
): Promise<void> {
  const source = formSource(interaction.params['redirect_uri']);
  const person = await personOf(openid, who);
  const action = interactionPath(interaction.uid);
  const document = notForPage(nameOf(client), person, action, openid.parts.csrf.token(req, res));
  sendPage(res, document, { status: 403, formAction: source === null ? [] : [source] });
}
