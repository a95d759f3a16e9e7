import type { IncomingHttpHeaders } from 'node:http';
import { badSyntax, scimError } from '../protocol/errors.ts';

/** The versions that a request is for (RFC 9110 §13.1), each as its header has it. */
export interface Conditions {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
}

export const conditionsOf = (headers: IncomingHttpHeaders): Conditions => ({
  ifMatch: headers['if-match']?.trim() || undefined,
  ifNoneMatch: headers['if-none-match']?.trim() || undefined,
});

/** An entity tag, in quotes as it must be or without them as some send it; then the next one, or the end. */
const entityTag = /\s*(?:W\/)?(?:"([\x21\x23-\x7e]*)"|([\w.~-]+))\s*(,|$)/iy;

/** The opaque parts of a list of tags: all of ours are weak, and compare by it (RFC 9110 §8.8.3.2). */
function opaque(list: string, header: string): string[] {
  const tags: string[] = [];
  for (entityTag.lastIndex = 0; ;) {
    const [, quoted, bare, end] = entityTag.exec(list) ?? [];
    if (end === undefined) throw badSyntax(`the header ${header} is no list of entity tags`);
    tags.push(quoted ?? bare ?? '');
    if (end === '') return tags;
  }
}

/** Whether one of a list of tags is this one; `*` is any. */
const names = (list: string, version: string, header: string): boolean =>
  list === '*' || opaque(list, header).includes(opaque(version, header)[0]!);

/**
 * Refuses a change of a resource that is in another version than the request is for (RFC 7644 §3.14): to be called
 * under the lock of its row.
 * @throws scim.changedMeanwhile, scim.invalidSyntax
 */
export function requireVersion({ ifMatch, ifNoneMatch }: Conditions, version: () => string): void {
  if (ifMatch === undefined && ifNoneMatch === undefined) return;
  const isOther = ifMatch !== undefined && !names(ifMatch, version(), 'If-Match');
  const isKnown = ifNoneMatch !== undefined && names(ifNoneMatch, version(), 'If-None-Match');
  if (isOther || isKnown) throw scimError('scim.changedMeanwhile', { field: isOther ? 'If-Match' : 'If-None-Match' });
}

/** Whether a client has this version already, and 304 will do. @throws scim.invalidSyntax */
export const isUnchanged = ({ ifNoneMatch }: Conditions, version: string): boolean =>
  ifNoneMatch !== undefined && names(ifNoneMatch, version, 'If-None-Match');
