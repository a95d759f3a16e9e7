import { KeyObject } from 'node:crypto';
import type { PersonKeys } from '../../../trail/people/keys.ts';
import { keysForReading } from '../../../trail/people/keys.ts';
import { openValues, sealValues } from '../../../trail/people/values.ts';
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

/** Where the trail's seal has its one value. */
const paths = [['content']];

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
  const key = await keys.forWriting(m, person, organisationId);
  if (!key) return { person, digest: '', sealed: '' };
  const { part, sealed } = sealValues(key, id, person, { paths, values: [JSON.stringify(content)] });
  return { person, digest: part.digest, sealed };
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
    const { person, digest, sealed } = request;
    if (person === null) return { ...request, content: {}, isErased: false };
    const key = keys.get(person);
    const part = { person, paths, digest: digest ?? '' };
    const [text] = (key instanceof KeyObject && openValues(key, request.id, part, sealed ?? '')) || [];
    // What cannot be opened, for whatever reason, is not there any more.
    return {
      ...request,
      content: text === undefined ? {} : (JSON.parse(text) as Content),
      isErased: text === undefined,
    };
  });
}
