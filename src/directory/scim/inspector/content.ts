import { KeyObject } from 'node:crypto';
import type { PersonKeys } from '../../../trail/people/keys.ts';
import { keysForReading } from '../../../trail/people/keys.ts';
import { openValues } from '../../../trail/people/values.ts';
import { decrypted, encrypted } from '../../../platform/secrets/aead.ts';
import { encode } from '../../../trail/encoding.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import type { Seal } from '../../../platform/secrets/seal.ts';
import type { Movement } from '../../groups/moved.ts';
import type { Difference } from './difference.ts';
import type { KeptOperations } from './operations.ts';
import type { KeptRequest } from './request.entity.ts';

/** The part of a kept request that may tell of people; absent members were not there. */
export interface Content {
  /** Path and query as they were sent. */
  target?: string;
  /** What the user or the group was called then. */
  name?: string;
  /** What a refusal said. */
  detail?: string;
  body?: unknown;
  /** Which texts "(left out)" in the body were sent so: see `restore`. */
  sent?: readonly number[];
  /** What became of the resource. */
  became?: 'created' | 'changed' | 'deleted';
  differences?: Difference[];
  moved?: Movement;
  /** Of a bulk request. */
  operations?: KeptOperations;
}

/** Bound to its request and person: elsewhere it does not open. */
const boundTo = (requestId: string, person: string): Buffer => encode('carillon.scim.content.v1', [requestId, person]);

type Sealed = Pick<KeptRequest, 'person' | 'digest' | 'sealed'>;
const nothing: Sealed = { person: null, digest: null, sealed: null };

/** Seals what tells of people under the key of the one that it is about; once that is erased, nothing is kept. */
export async function sealContent(
  m: Writer,
  keys: PersonKeys,
  { id, organisationId }: Pick<KeptRequest, 'id' | 'organisationId'>,
  person: string,
  content: Content,
): Promise<Sealed> {
  if (Object.keys(content).length === 0) return nothing;
  const key = keys.known(person) ?? (await keys.forWriting(m, person, organisationId));
  const sealed = key ? encrypted(key, boundTo(id, person), JSON.stringify(content)) : '';
  return { person, digest: null, sealed };
}

/** Requests with what they say of people, as far as that can still be read: one query for all of them. */
export async function openContents<T extends KeptRequest>(
  on: Reader,
  seal: Seal,
  requests: readonly T[],
): Promise<(T & { content: Content; isErased: boolean })[]> {
  const people = requests.flatMap(({ person }) => (person === null ? [] : [person]));
  const keys = await keysForReading(on, seal, new Set(people));
  return requests.map((request) => {
    const { person } = request;
    if (person === null) return { ...request, content: {}, isErased: false };
    const key = keys.get(person);
    const text = key instanceof KeyObject ? opened(key, request, person) : null;
    // What cannot be opened, for whatever reason, is not there any more.
    return {
      ...request,
      content: text === null ? {} : (JSON.parse(text) as Content),
      isErased: text === null,
    };
  });
}

function opened(key: KeyObject, { id, digest, sealed }: KeptRequest, person: string): string | null {
  if (digest === null) return decrypted(key, boundTo(id, person), sealed ?? '');
  // Of releases before, which sealed it as the trail seals its values: with a digest, for which nothing asks here.
  const [text = null] = openValues(key, id, { person, paths: [['content']], digest }, sealed ?? '') ?? [];
  return text;
}
