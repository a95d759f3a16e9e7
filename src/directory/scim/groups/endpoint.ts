import { list, search } from '../http/list.ts';
import type { Endpoint } from '../http/request.ts';
import { groupListing, readOne } from './read.ts';
import { create, patch, remove, replace } from './write.ts';

/** `/Groups` (RFC 7644 §3). */
export const groupEndpoint: Endpoint = {
  noun: 'DirectoryGroup',
  collection: { GET: list(groupListing), POST: create },
  resource: { GET: readOne, PUT: replace, PATCH: patch, DELETE: remove },
  search: { POST: search(groupListing) },
};
