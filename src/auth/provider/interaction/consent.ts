import type { Client, Interaction, Provider } from 'oidc-provider';
import type { SignedIn } from '../../web.ts';
import { rememberConsent } from '../consents/consents.ts';
import type { OpenIdProvider } from '../provider.ts';

interface Asked {
  /** OpenID Connect's and ours. */
  scopes: string[];
  /** The client's own, by the resource that they are for. */
  resources: Record<string, string[]>;
}

/** What this interaction asks the person to agree to. */
export function askedOf({ params, prompt }: Interaction, client: Client): Asked {
  const allowed = new Set((client.scope ?? '').split(' '));
  const { scope } = params;
  const requested = typeof scope === 'string' ? scope.split(' ') : [];
  const { missingResourceScopes = {} } = prompt.details as { missingResourceScopes?: Record<string, string[]> };
  return { scopes: [...new Set(requested)].filter((one) => allowed.has(one)), resources: missingResourceScopes };
}

/** The grant that holds what the person agrees to, and their agreement, in one unit of work. @returns the grant's id */
export function giveConsent(
  openid: OpenIdProvider,
  provider: Provider,
  interaction: Interaction,
  client: Client,
  who: SignedIn,
): Promise<string> {
  const { principal } = who;
  const { scopes, resources } = askedOf(interaction, client);
  return openid.parts.artifacts.unit(async (unit) => {
    unit.who = who;
    const known = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
    const ours = known?.accountId === principal.id && known.clientId === client.clientId ? known : undefined;
    const grant = ours ?? new provider.Grant({ accountId: principal.id, clientId: client.clientId });
    if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
    for (const [resource, own] of Object.entries(resources)) grant.addResourceScope(resource, own.join(' '));
    const grantId = await grant.save();
    const { organisationId, accountId, id: userId } = principal;
    const all = [...scopes, ...Object.values(resources).flat()];
    const requestParameters = { userId, clientId: client.clientId, scope: all.join(' ') };
    unit.action = { eventName: 'GiveConsent', organisationId, accountId, requestParameters };
    // Offline access is agreed to each time that it is asked for (OpenID Connect Core §11).
    const remembered = all.filter((one) => one !== 'offline_access');
    unit.also.push((m) => rememberConsent(m, principal, client.clientId, remembered));
    return grantId;
  });
}
