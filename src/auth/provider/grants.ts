import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Ground } from '../../trail/ground.ts';
import { currentUnit } from './artifacts/unit.ts';
import { consentedScopes } from './consents/consents.ts';
import { isFor } from './policy.ts';

/**
 * The grant of this session for this client, with whatever the person need not be asked for any more: what they have
 * agreed to before, or everything of their organisation's own applications. Offline access is always asked for.
 * @returns undefined when there is nothing that they need not be asked for
 */
export async function existingGrant(ground: Ground, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, account, session, result, provider } = ctx.oidc;
  const person = currentUnit()?.who?.principal;
  if (!client || !account || !session || person?.id !== account.accountId || !isFor(client, person)) return undefined;
  const known = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const found = known === undefined ? undefined : await provider.Grant.find(known);
  // Somebody else may have signed in between: what was granted to one person is nothing of the other's.
  const grant = found?.accountId === account.accountId && found.clientId === client.clientId ? found : undefined;
  const agreed =
    client['first_party'] === true ? null : await consentedScopes(ground.db.read, person.id, client.clientId);
  const isAgreed = (scope: string): boolean =>
    // Login with Amazon shows nobody a page for an id that means something to this application alone.
    (client['protocol'] === 'amazon' && scope === 'profile:user_id') ||
    (agreed === null ? scope !== 'offline_access' : agreed.includes(scope));
  const ours = grant ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  return (await addAgreed(ctx, ours, isAgreed)) ? ours : grant;
}

/** Adds what this request asks for and the person need not be asked. @returns whether there was anything to add */
async function addAgreed(
  { oidc }: KoaContextWithOIDC,
  grant: Grant,
  isAgreed: (scope: string) => boolean,
): Promise<boolean> {
  const granted = new Set(grant.getOIDCScope().split(' '));
  const more = [...oidc.requestParamOIDCScopes].filter((scope) => !granted.has(scope) && isAgreed(scope));
  if (more.length > 0) grant.addOIDCScope(more.join(' '));
  let added = more.length > 0;
  for (const [resource, server] of Object.entries(oidc.resourceServers ?? {})) {
    const held = new Set(grant.getResourceScope(resource).split(' '));
    const own = [...oidc.requestParamScopes].filter(
      (scope) => server.scopes.has(scope) && !held.has(scope) && isAgreed(scope),
    );
    if (own.length > 0) grant.addResourceScope(resource, own.join(' '));
    added ||= own.length > 0;
  }
  if (added) await grant.save();
  return added;
}
