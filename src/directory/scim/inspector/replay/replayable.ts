import type { CarillonError } from '../../../../platform/errors/errors.ts';
import { directoryErrors } from '../../../errors.ts';
import type { KeptRequest } from '../request.entity.ts';

const changes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const resourcePath = /^\/(?:Users|Groups)(?:\/[\w-]+)?$/;

/** Why a kept request cannot be replayed, whatever its effect would be; null when it can. */
export function whyNotReplayable(
  kept: Pick<KeptRequest, 'method' | 'path' | 'bodyState'> & { isErased: boolean },
): CarillonError | null {
  if (!changes.has(kept.method)) return directoryErrors('scimRequest.readsNothing');
  if (kept.isErased) return directoryErrors('scimRequest.erased');
  if (!resourcePath.test(kept.path)) return directoryErrors('scimRequest.readsNothing');
  if (kept.bodyState === 'cut' || kept.bodyState === 'unread') return directoryErrors('scimRequest.bodyMissing');
  return null;
}
