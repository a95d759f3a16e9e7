import { list, search } from '../http/list.ts';
import type { Endpoint } from '../http/request.ts';
import { create, patch, remove, replace } from './write.ts';
import { readOne, userListing } from './read.ts';

/** `/Users` (RFC 7644 §3). */
export const userEndpoint: Endpoint = {
  noun: 'User',
  collection: { GET: list(userListing), POST: create },
  resource: { GET: readOne, PUT: replace, PATCH: patch, DELETE: remove },
  search: { POST: search(userListing) },
};
