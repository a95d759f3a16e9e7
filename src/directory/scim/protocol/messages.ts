import type { CarillonError } from '../../../platform/errors/errors.ts';

/** The media type of a SCIM answer (RFC 7644 §3.8), unless the client would rather have plain JSON. */
export const mediaType = 'application/scim+json; charset=utf-8';
export const plainMediaType = 'application/json; charset=utf-8';

/** Schema URNs (RFC 7643 §10.3, RFC 7644 §10). */
export const urn = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  listResponse: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  patchOp: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  searchRequest: 'urn:ietf:params:scim:api:messages:2.0:SearchRequest',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
} as const;

export interface ListResponse<T> {
  schemas: [typeof urn.listResponse];
  totalResults: number;
  startIndex: number;
  itemsPerPage: number;
  Resources: readonly T[];
}

/**
 * One page of resources (RFC 7644 §3.4.2).
 * @param total how many there are on all pages
 * @param startIndex the place of the first one here, counted from 1
 */
export const listResponse = <T>(resources: readonly T[], total: number, startIndex = 1): ListResponse<T> => ({
  schemas: [urn.listResponse],
  totalResults: total,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
});

export type CursorResponse<T> = Omit<ListResponse<T>, 'startIndex'> & { nextCursor?: string };

/** One page behind a cursor (RFC 9865 §2); `next` is null on the last one. */
export const cursorResponse = <T>(resources: readonly T[], total: number, next: string | null): CursorResponse<T> => ({
  schemas: [urn.listResponse],
  totalResults: total,
  itemsPerPage: resources.length,
  ...(next !== null && { nextCursor: next }),
  Resources: resources,
});

const types: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'scim.invalidSyntax': 'invalidSyntax',
    'scim.invalidFilter': 'invalidFilter',
    'scim.invalidPath': 'invalidPath',
    'scim.invalidValue': 'invalidValue',
    'scim.noTarget': 'noTarget',
    'scim.mutability': 'mutability',
    'scim.tooMany': 'tooMany',
    'scim.invalidCursor': 'invalidCursor',
    'scim.expiredCursor': 'expiredCursor',
    'scim.invalidCount': 'invalidCount',
    'user.addressInvalid': 'invalidValue',
    'user.domainNotVerified': 'invalidValue',
    'group.memberUnknown': 'invalidValue',
    'group.tooManyNested': 'invalidValue',
    'body.notJson': 'invalidSyntax',
    'body.notUtf8': 'invalidSyntax',
    'body.tooDeep': 'invalidSyntax',
    'body.forbiddenKey': 'invalidSyntax',
  }),
);

/** The scimType (RFC 7644 §3.12, table 9; RFC 9865 §2.1) of an error, from any floor: every conflict is `uniqueness`. */
export const scimType = (error: CarillonError): string | undefined =>
  types.get(error.code) ?? (error.kind === 'Conflict' ? 'uniqueness' : undefined);

export interface ErrorBody {
  schemas: [typeof urn.error];
  status: string;
  scimType?: string;
  detail: string;
}

/** The body of a refusal (RFC 7644 §3.12); `detail` is shown to the directory's administrator. */
export function errorBody(error: CarillonError): ErrorBody {
  const type = scimType(error);
  return {
    schemas: [urn.error],
    status: String(error.status),
    ...(type === undefined ? {} : { scimType: type }),
    detail: error.message,
  };
}
