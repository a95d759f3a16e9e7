import { hash } from 'node:crypto';
import { clock } from '../../../platform/clock/clock.ts';
import type { Seal, SealPlace } from '../../../platform/secrets/seal.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { scimError } from '../protocol/errors.ts';
import { cursorTimeout } from '../protocol/schema.ts';
import type { ListQuery } from './query.ts';

/** Where a page ended: the last resource on it, by what it was sorted by. */
export interface Position {
  id: string;
  key: string | number | null;
  /** How many there were on all pages when the first was read: counting again for each would read them all again. */
  total: number;
}

/** Opens for the same question of the same connection alone. */
const placeOf = ({ accountId, connectionId }: DirectoryScope, endpoint: string, query: ListQuery): SealPlace => ({
  table: 'scim cursor',
  row: `${accountId}/${connectionId}`,
  column: hash(
    'sha256',
    JSON.stringify([endpoint, query.filter, query.sortBy?.toLowerCase() ?? null, query.isDescending]),
    'base64url',
  ),
});

/**
 * A cursor (RFC 9865 §2): a sealed position, so that no page is kept here, nobody makes one up, and no name stands in an
 * address. It has unreserved characters alone.
 */
export const cursorAt = (seal: Seal, scope: DirectoryScope, endpoint: string, query: ListQuery, at: Position): string =>
  seal.seal(JSON.stringify([clock.now(), at.id, at.key, at.total]), placeOf(scope, endpoint, query));

/** @throws scim.invalidCursor for one of another question, or that was never given; scim.expiredCursor after an hour */
export function positionOf(
  seal: Seal,
  scope: DirectoryScope,
  endpoint: string,
  query: ListQuery,
  cursor: string,
): Position {
  const [since, id, key, total] = opened(seal, placeOf(scope, endpoint, query), cursor);
  if (clock.now() - since > cursorTimeout * 1000)
    throw scimError('scim.expiredCursor', { field: 'cursor', values: { seconds: cursorTimeout } });
  return { id, key, total };
}

function opened(seal: Seal, place: SealPlace, cursor: string): [number, string, string | number | null, number] {
  try {
    return JSON.parse(seal.unseal(cursor, place)) as [number, string, string | number | null, number];
  } catch (cause) {
    throw scimError('scim.invalidCursor', { field: 'cursor', cause });
  }
}
