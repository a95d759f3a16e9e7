import type { Domain } from '../../accounts/domains/domain.entity.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { wouldRemoveDomain } from '../../users/lifecycle/would-end.ts';
import { texts } from './texts.ts';

/** What the removal of a domain would do, in words: for the page and the command that ask before. */
export async function removalSays(on: Reader, domain: Domain): Promise<string[]> {
  const removal = await wouldRemoveDomain(on, domain);
  if (removal.becomes === null) return [texts.removePending];
  const { loss, last, accountType } = removal;
  const { Team, directory, connected } = texts.removeLast;
  const left = accountType === 'Team' ? Team : accountType === 'EnterpriseDirectory' ? directory : connected;
  const also = texts.removeAlsoBy(removal);
  return [texts.removeLoss(loss), ...texts.removeBecomes(removal), ...also, ...(last ? [left] : [])];
}
