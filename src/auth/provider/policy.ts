import type { Client, interactionPolicy as Policies, KoaContextWithOIDC } from 'oidc-provider';
import type { Principal } from '../sessions/principal.ts';

/** Whether a client is for this person: of their own organisation, and of their account if it is bound to one. */
export const isFor = (client: Client, { organisationId, accountId }: Principal): boolean =>
  client['organisation_id'] === organisationId && (client['account_id'] === null || client['account_id'] === accountId);

/** The prompt of ours: a client that is not for the person who is signed in. */
export const accountPrompt = 'account';

/**
 * When a person must be asked something (OpenID Connect Core §3.1.2.3): who they are, whether this client is for them,
 * and what they agree to.
 * @param personOf who is signed in, in this request
 */
export function createPolicy(
  { base, Check, Prompt }: typeof Policies,
  personOf: () => Principal | null,
): ReturnType<typeof Policies.base> {
  const policy = base();
  const text = 'this application is not for the person who is signed in';
  const notFor = new Check('not_for_this_person', text, 'access_denied', (ctx) => {
    const person = personOf();
    const { client } = ctx.oidc;
    return person && client && !isFor(client, person) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
  });
  policy.add(new Prompt({ name: accountPrompt, requestable: false }, notFor), 1);
  const consent = policy.get('consent');
  consent?.checks.remove('native_client_prompt');
  // RFC 8252 §8.6: another program may answer to the address of an application on a device, so a person is asked.
  consent?.checks.add(
    new Check('native_client_prompt', 'native clients require End-User interaction', 'interaction_required', (ctx) =>
      isImitable(ctx) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
    ),
  );
  return policy;
}

function isImitable({ oidc }: KoaContextWithOIDC): boolean {
  if (oidc.client?.applicationType !== 'native' || oidc.client['first_party'] === true) return false;
  const redirectUri = oidc.params?.['redirect_uri'];
  const own = typeof redirectUri === 'string' && redirectUri.startsWith('https:');
  return !own && oidc.result?.consent === undefined;
}
