import type { ClientRegistry } from '../clients/registry.ts';
import { deviceGrant } from '../clients/kinds.ts';
import { amazonErrors } from './errors.ts';
import { faultOfScope } from './scopes.ts';

/**
 * A device's request for its codes, in oidc-provider's words. It also asks for `offline_access`: what a device holds is
 * used where nobody is signed in, and the person is told so before they agree.
 * @throws amazon.parameterMissing, amazon.responseTypeUnsupported, amazon.clientUnknown, amazon.clientUnauthorized,
 *   amazon.scopeInvalid
 */
export async function codePairRequest(
  { clients }: { clients: Pick<ClientRegistry, 'find'> },
  form: URLSearchParams,
): Promise<URLSearchParams> {
  for (const parameter of ['response_type', 'client_id', 'scope']) {
    if (!form.get(parameter)?.trim()) throw amazonErrors('amazon.parameterMissing', { values: { parameter } });
  }
  const [clientId, scope] = [form.get('client_id')!, form.get('scope')!];
  if (form.get('response_type') !== 'device_code') throw amazonErrors('amazon.responseTypeUnsupported');
  const client = await clients.find(clientId.slice(0, 100));
  if (client?.protocol !== 'amazon') throw amazonErrors('amazon.clientUnknown');
  if (!client.grantTypes.includes(deviceGrant)) throw amazonErrors('amazon.clientUnauthorized');
  if (faultOfScope(scope, client.scopes) !== null) throw amazonErrors('amazon.scopeInvalid');
  return new URLSearchParams({ client_id: clientId, scope: `${scope} offline_access` });
}
