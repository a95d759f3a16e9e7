import { AsyncLocalStorage } from 'node:async_hooks';
import type { Reader } from '../database/unit.ts';
import { newId } from '../ids/ids.ts';

/** Who acts, in the shape of CloudTrail's userIdentity element. */
export interface Identity {
  type: 'Administrator' | 'User' | 'ScimKey' | 'Client' | 'CommandLine' | 'System' | 'Anonymous';
  principalId: string;
  userName?: string;
  organisationId?: string;
  accountId?: string;
  /** The access key that signed the request. */
  accessKeyId?: string;
  /** When the acting session began, in milliseconds UTC. */
  sessionCreatedAt?: number;
}

/** What is known of the request, or the command, that is being answered. */
export interface RequestContext {
  requestId: string;
  clientAddress: string;
  userAgent: string;
  identity: Identity;
  /**
   * Whether whoever acts may still do so, asked in each unit of work that the request has a record of: it may have
   * waited for others since it was let in. @throws the refusal
   */
  stillMay?: (on: Reader) => Promise<void>;
}

const current = new AsyncLocalStorage<RequestContext>();

const system = (): RequestContext => ({
  requestId: newId(),
  clientAddress: 'carillon',
  userAgent: 'carillon',
  identity: { type: 'System', principalId: 'carillon' },
});

/** Runs `work` with `context` as what `requestContext()` gives, through every await in it. */
export const withContext = <T>(context: RequestContext, work: () => T): T => current.run(context, work);

/** The request that this code answers; the system's own work when there is none. */
export const requestContext = (): RequestContext => current.getStore() ?? system();

/** The request that this code answers, if it answers one. */
export const currentRequest = (): RequestContext | undefined => current.getStore();

/** Says who acts, once the request has shown it. */
export function identifyAs(identity: Identity): void {
  const context = current.getStore();
  if (context) context.identity = identity;
}

/** Has every unit of work of this request ask first whether whoever acts may still do so. */
export function actWhile(stillMay: NonNullable<RequestContext['stillMay']>): void {
  const context = current.getStore();
  if (context) context.stillMay = stillMay;
}
