import type { Web } from '../auth/web.ts';
import type { TxtResolver } from '../platform/dns/txt.ts';
import type { LdapClients } from '../directory/ldap/clients.ts';
import type { Outbound } from '../platform/outbound/outbound.ts';
import type { Upstairs } from '../users/lifecycle/upstairs.ts';

/** What the console stands on. */
export interface ConsoleWeb extends Web {
  dns: TxtResolver;
  outbound: Outbound;
  ldap: LdapClients;
  upstairs: Upstairs;
}
