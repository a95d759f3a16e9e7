import { listedGroups } from './groups/read.ts';
import { list, type Listing, search } from './http/list.ts';
import type { Endpoint } from './http/request.ts';
import { listedUsers } from './users/read.ts';

/** Groups in the order in which they came among the people. */
const listing: Listing = {
  types: [listedUsers, listedGroups],
  endpoint: '',
  eventName: 'ListDirectoryResources',
};

/** The root, with its `.search`: queries over people and groups at once (RFC 7644 §3.4.2.1, §3.4.3). */
export const rootEndpoint: Endpoint = {
  collection: { GET: list(listing) },
  resource: {},
  search: { POST: search(listing) },
};
