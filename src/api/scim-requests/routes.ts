import { nothing, operation } from '../operation.ts';
import { listScimRequestsQuery, replayBody } from './schema.ts';
import { getScimRequest, listScimRequests, previewScimRequestReplay, replayScimRequest } from './service.ts';

const requests = '/accounts/{accountId}/scim-requests';

export const scimRequestOperations = [
  operation({
    name: 'ListScimRequests',
    method: 'GET',
    path: requests,
    changes: false,
    query: listScimRequestsQuery,
    body: nothing,
    handle: listScimRequests,
  }),
  operation({
    name: 'GetScimRequest',
    method: 'GET',
    path: `${requests}/{scimRequestId}`,
    changes: false,
    query: nothing,
    body: nothing,
    handle: getScimRequest,
  }),
  operation({
    name: 'PreviewScimRequestReplay',
    method: 'POST',
    path: `${requests}/{scimRequestId}`,
    operation: 'preview-replay',
    changes: false,
    query: nothing,
    body: nothing,
    handle: previewScimRequestReplay,
  }),
  operation({
    name: 'ReplayScimRequest',
    method: 'POST',
    path: `${requests}/{scimRequestId}`,
    operation: 'replay',
    changes: true,
    query: nothing,
    body: replayBody,
    handle: replayScimRequest,
  }),
];
