import { requireAccount } from '../../accounts/accounts/accounts.ts';
import type { Scope } from '../../users/lifecycle/out.ts';
import type { Call } from '../operation.ts';

/** The account of the path, if it is of the caller's organisation. @throws account.notFound */
export async function scopeOf({ ground, caller, path }: Pick<Call, 'ground' | 'caller' | 'path'>): Promise<Scope> {
  const { organisationId } = caller;
  const { id } = await requireAccount(ground.db.read, organisationId, path['accountId'] ?? '');
  return { organisationId, accountId: id };
}
