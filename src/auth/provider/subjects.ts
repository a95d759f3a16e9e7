import { createHmac } from 'node:crypto';
import type { Keyring } from '../../platform/secrets/keyring.ts';
import type { OidcClient } from './clients/client.entity.ts';
import { deviceGrant } from './clients/kinds.ts';
import { sectorOf } from './clients/metadata.ts';

/** The `sub` by which a client knows a person (OpenID Connect Core §8). */
export interface Subjects {
  /** Of the sector's own making: it tells nobody else who that is (§8.1). */
  pairwise: (userId: string, sector: string) => string;
  of: (userId: string, client: OidcClient) => string;
}

/** Subjects that stay the same for as long as the installation keeps its keyring. */
export function createSubjects(keyring: Keyring): Subjects {
  const key = keyring.derive('oidc pairwise subject');
  const pairwise: Subjects['pairwise'] = (userId, sector) =>
    createHmac('sha256', key).update(`${sector}\0${userId}`).digest('base64url');
  return {
    pairwise,
    of: (userId, client) =>
      client.subjectType === 'pairwise' && !client.grantTypes.includes(deviceGrant)
        ? pairwise(userId, sectorOf(client))
        : userId,
  };
}
