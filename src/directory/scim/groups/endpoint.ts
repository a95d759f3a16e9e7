import type { Endpoint } from '../http/request.ts';
import { listGroups, readOne } from './read.ts';
import { create, patch, remove, replace } from './write.ts';

/** `/Groups` (RFC 7644 §3). */
export const groupEndpoint: Endpoint = {
  noun: 'DirectoryGroup',
  collection: { GET: listGroups, POST: create },
  resource: { GET: readOne, PUT: replace, PATCH: patch, DELETE: remove },
};
