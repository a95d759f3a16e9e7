import { LdapRefusal } from '../client/fault.ts';
import { readRootDse, type RootDse } from '../client/root-dse.ts';
import type { Session } from '../client/session.ts';
import type { Directory } from '../directory.entity.ts';
import { guidText } from '../ids.ts';
import { type DirectoryKind, isActiveDirectory, kindOf } from '../kinds.ts';

/**
 * By what a domain is known, under whatever name its servers are reached: the id of the entry at its top.
 * @returns null when it has none that may be read
 */
export async function domainIdOf(
  client: Pick<Session, 'read'>,
  kind: DirectoryKind,
  root: RootDse,
  baseDn: string,
): Promise<string | null> {
  if (isActiveDirectory(kind)) {
    const top = await client.read(root.defaultNamingContext ?? baseDn, ['objectGUID']);
    const [id] = top?.bytes('objectGUID') ?? [];
    return id?.length === 16 ? guidText(id) : null;
  }
  const base = baseDn.toLowerCase();
  const context = root.namingContexts.find((dn) => base === dn.toLowerCase() || base.endsWith(`,${dn.toLowerCase()}`));
  const top = await client.read(context ?? baseDn, ['entryUUID']);
  const id = top?.text('entryUUID') ?? '';
  return /^[\w-]{1,64}$/.test(id) ? id : null;
}

/**
 * Tells a server that is of another directory than this one, by the id of its domain. Where that was never read, or may
 * not be read there, nothing can be told.
 */
export const strangerTo = ({
  kind,
  baseDn,
  domainId,
}: Pick<Directory, 'kind' | 'baseDn' | 'domainId'>): ((session: Session) => Promise<string | null>) | undefined =>
  domainId === null ? undefined : (session) => strange(session, kind, baseDn, domainId);

async function strange(session: Session, kind: DirectoryKind, baseDn: string, known: string): Promise<string | null> {
  try {
    const root = await readRootDse(session);
    if (isActiveDirectory(kindOf(root)) !== isActiveDirectory(kind)) return `it is ${kindOf(root)}, and not ${kind}`;
    const id = await domainIdOf(session, kind, root, baseDn);
    if (id === null || id === known || (isActiveDirectory(kind) && (await hasDomain(session, known)))) return null;
    return `its domain is ${id}, and not ${known}`;
  } catch (error) {
    if (error instanceof LdapRefusal) return null; // what the service account may not see
    throw error;
  }
}

/** A global catalogue of another domain of the same forest has this one's top too (MS-ADTS 3.1.1.3.1.2.4: a DN by its GUID). */
async function hasDomain(session: Session, known: string): Promise<boolean> {
  try {
    const top = await session.read(`<GUID=${known}>`, ['objectGUID']);
    const [id] = top?.bytes('objectGUID') ?? [];
    return id?.length === 16 && guidText(id) === known;
  } catch (error) {
    if (error instanceof LdapRefusal) return false; // no DN to this server, or nothing of its forest
    throw error;
  }
}
