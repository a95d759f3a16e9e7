import { LdapFault } from './fault.ts';
import type { Session } from './session.ts';

/** What a server says of itself (RFC 4512 §5.1). */
export interface RootDse {
  namingContexts: string[];
  /** Active Directory: the context of the domain. */
  defaultNamingContext: string | null;
  vendorName: string | null;
  objectClasses: string[];
  supportedCapabilities: string[];
  supportedControls: string[];
  supportedExtensions: string[];
  /** The domain controller's own name. */
  dnsHostName: string | null;
  /** The DN of its settings, which tells one domain controller from another. */
  dsServiceName: string | null;
  /** Active Directory: how far this domain controller has come. A decimal number of up to 64 bits. */
  highestCommittedUsn: string | null;
}

const attributes = [
  'namingContexts',
  'defaultNamingContext',
  'vendorName',
  'supportedCapabilities',
  'supportedControl',
  'supportedExtension',
  'dnsHostName',
  'dsServiceName',
  'highestCommittedUSN',
  'objectClass',
  'structuralObjectClass',
];

/** The naming context that a DN is in: the longest that ends it. */
export function suffixOf(dn: string, namingContexts: readonly string[]): string | null {
  const folded = dn.toLowerCase();
  const isIn = (context: string): boolean => folded === context || folded.endsWith(`,${context}`);
  const fitting = namingContexts.filter((context) => context !== '' && isIn(context.toLowerCase()));
  return fitting.toSorted((one, other) => other.length - one.length)[0] ?? null;
}

/** Reads the root DSE. @throws LdapFault, LdapRefusal */
export async function readRootDse(session: Session): Promise<RootDse> {
  const [entry] = await session.once({ base: '', scope: 'base', attributes });
  if (!entry) throw new LdapFault(session.server, 'request', 'malformed', 'the server has no root DSE');
  return {
    namingContexts: entry.texts('namingContexts'),
    defaultNamingContext: entry.text('defaultNamingContext'),
    vendorName: entry.text('vendorName'),
    objectClasses: [...entry.texts('objectClass'), ...entry.texts('structuralObjectClass')],
    supportedCapabilities: entry.texts('supportedCapabilities'),
    supportedControls: entry.texts('supportedControl'),
    supportedExtensions: entry.texts('supportedExtension'),
    dnsHostName: entry.text('dnsHostName'),
    dsServiceName: entry.text('dsServiceName'),
    highestCommittedUsn: entry.text('highestCommittedUSN'),
  };
}
