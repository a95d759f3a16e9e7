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

/** What Amazon's user_id starts with, and how many characters follow: RFC 4648 base32, 140 bits. */
const userIdPrefix = 'amzn1.account.';
const userIdLength = 28;
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Subjects that stay the same for as long as the installation keeps its keyring. */
export function createSubjects(keyring: Keyring): Subjects {
  const key = keyring.derive('oidc pairwise subject');
  const pairwise: Subjects['pairwise'] = (userId, sector) =>
    createHmac('sha256', key).update(`${sector}\0${userId}`).digest('base64url');
  const amazonKey = keyring.derive('amazon user id');
  const amazon = (userId: string, sector: string): string => {
    const mac = createHmac('sha256', amazonKey).update(`${sector}\0${userId}`).digest();
    const bits = [...mac].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const letters = Array.from({ length: userIdLength }, (_, i) => base32[parseInt(bits.slice(5 * i, 5 * i + 5), 2)]);
    return userIdPrefix + letters.join('');
  };
  return {
    pairwise,
    of: (userId, client) => {
      // Also a public one is of this face alone: Carillon's own ids have another shape.
      if (client.protocol === 'amazon')
        return amazon(userId, client.subjectType === 'pairwise' ? sectorOf(client) : '');
      return client.subjectType === 'pairwise' && !client.grantTypes.includes(deviceGrant)
        ? pairwise(userId, sectorOf(client))
        : userId;
    },
  };
}
