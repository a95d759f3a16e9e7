import { accessErrors } from '../errors.ts';

/** Who asks for something: an administrator, by an access key. */
export interface Caller {
  organisationId: string;
  administratorId: string;
  accessKeyId: string;
}

/** What is asked for: the organisation that owns it, and the account, where it is one's. */
export interface Resource {
  organisationId: string;
  accountId?: string | undefined;
}

/**
 * The one place where it is asked whether this caller may do this. An administrator may do everything in their own
 * organisation, and nothing elsewhere.
 * @param action the operation's name, such as ListUsers
 * @throws access.denied
 */
export function requireMay(caller: Caller, action: string, resource: Resource): void {
  if (caller.organisationId === resource.organisationId) return;
  throw accessErrors('access.denied', { values: { action } });
}
