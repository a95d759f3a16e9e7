import { listDomains } from '../../accounts/domains/domains.ts';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { connectedDirectory } from '../../directory/ldap/directories.ts';
import { listGroups } from '../../directory/groups/mappings.ts';
import { listScimKeys } from '../../directory/scim/keys/keys.ts';
import type { Reader } from '../../platform/database/unit.ts';

export type StepName = 'claim' | 'verify' | 'connect' | 'key' | 'map';

export interface Step {
  name: StepName;
  done: boolean;
  /** Below the account's address. */
  path: string;
}

/** How far an account has come on the way to people who sign in, step by step. */
export async function progressOf(on: Reader, accountId: string): Promise<Step[]> {
  const [domains, connection, keys, groups, directory] = await Promise.all([
    listDomains(on, accountId),
    connectionOf(on, accountId),
    listScimKeys(on, accountId),
    listGroups(on, accountId),
    connectedDirectory(on, accountId),
  ]);
  return [
    { name: 'claim', done: domains.length > 0, path: '/domains' },
    { name: 'verify', done: domains.some(({ state }) => state === 'verified'), path: '/domains' },
    ...(directory
      ? [{ name: 'connect' as const, done: true, path: '/directory' }]
      : [
          { name: 'connect' as const, done: connection !== null, path: '/connection' },
          { name: 'key' as const, done: keys.length > 0, path: '/connection#keys' },
        ]),
    {
      name: 'map',
      done: groups.some(({ groupId, mappingId }) => groupId !== null && mappingId !== null),
      path: '/groups',
    },
  ];
}
