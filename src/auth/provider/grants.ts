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
  const firstParty = client['first_party'] === true;
  const granted = new Set(grant?.getOIDCScope().split(' '));
  const agreed = firstParty ? null : await consentedScopes(ground.db.read, person.id, client.clientId);
  const more = [...ctx.oidc.requestParamOIDCScopes].filter(
    (scope) => !granted.has(scope) && (agreed === null ? scope !== 'offline_access' : agreed.includes(scope)),
  );
  if (more.length === 0) return grant;
  const ours = grant ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  ours.addOIDCScope(more.join(' '));
  await ours.save();
  return ours;
}
