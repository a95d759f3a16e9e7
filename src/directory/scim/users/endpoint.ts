import type { Endpoint } from '../http/request.ts';
import { create, patch, remove, replace } from './write.ts';
import { listUsers, readOne } from './read.ts';

/** `/Users` (RFC 7644 §3). */
export const userEndpoint: Endpoint = {
  noun: 'User',
  collection: { GET: listUsers, POST: create },
  resource: { GET: readOne, PUT: replace, PATCH: patch, DELETE: remove },
};
