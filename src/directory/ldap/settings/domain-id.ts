import type { LdapClient } from '../client/client.ts';
import type { RootDse } from '../client/root-dse.ts';
import { guidText } from '../ids.ts';
import { type DirectoryKind, isActiveDirectory } from '../kinds.ts';

/**
 * By what a domain is known, under whatever name its servers are reached: the id of the entry at its top.
 * @returns null when it has none that may be read
 */
export async function domainIdOf(
  client: LdapClient,
  kind: DirectoryKind,
  root: RootDse,
  baseDn: string,
): Promise<string | null> {
  if (isActiveDirectory(kind)) {
    const top = await client.read(root.defaultNamingContext ?? baseDn, ['objectGUID']);
    const [id] = top?.bytes('objectGUID') ?? [];
    return id ? guidText(id) : null;
  }
  const base = baseDn.toLowerCase();
  const context = root.namingContexts.find((dn) => base === dn.toLowerCase() || base.endsWith(`,${dn.toLowerCase()}`));
  const top = await client.read(context ?? baseDn, ['entryUUID']);
  return top?.text('entryUUID') ?? null;
}
