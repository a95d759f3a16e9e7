import { patchSchema } from '../support.ts';
import type { Step } from './run.ts';

/** What the files of `suites/` share: the messages that every client sends in much the same form. */

export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const isId = /^[\w-]{8,64}$/;
export const nobody = '00000000-0000-7000-8000-000000000000';

export const patch = (...operations: object[]) => ({ schemas: [patchSchema], Operations: operations });

/** A query with a filter; `{{name}}` may stand in it. */
export const filter = (text: string, rest = ''): string => `?filter=${encodeURIComponent(text)}${rest}`;

/** A page that has all there is. */
export const list = (...resources: unknown[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults: resources.length,
  startIndex: 1,
  itemsPerPage: resources.length,
  Resources: resources,
});

/** A PATCH and what must be so afterwards, as the client itself will see it. */
export const patchStep = (name: string, path: string, operations: object[], after: Step['expect']['body']): Step[] => [
  { name, request: { method: 'PATCH', path, body: patch(...operations) }, expect: { status: [200, 204] } },
  { name: `${name}, and sees it`, request: { method: 'GET', path }, expect: { status: 200, body: after } },
];

/** A step that only looks. */
export const look = (name: string, path: string, body: unknown, status = 200): Step => ({
  name,
  request: { method: 'GET', path },
  expect: { status, body },
});

/** The forms of header in which administrators have a key sent, and a wrong one. */
export const keys = (path: string): Step[] => [
  ...['Bearer {{token}}', 'bearer {{token}}', 'BEARER  {{token}} ', '{{token}}'].map((authorization) => ({
    name: `is let in with the key as "${authorization.replace('{{token}}', 'key')}"`,
    request: { method: 'GET', path, headers: { authorization } },
    expect: { status: 200 },
  })),
  ...['Bearer wrong', 'Basic {{token}}', ''].map((authorization) => ({
    name: `is told by a SCIM error that "${authorization.replace('{{token}}', 'key')}" is no key`,
    request: { method: 'GET', path, headers: { authorization } },
    expect: { status: 401, body: { status: '401', detail: /access key/ }, headers: { 'www-authenticate': /^Bearer/ } },
  })),
];
