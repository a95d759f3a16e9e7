import { errors } from '../../../platform/errors/errors.ts';

/** The refusals of SCIM (RFC 7644 §3.12), as the directory's administrator reads them. */
export const scimError = errors({
  'scim.invalidSyntax': { kind: 'BadRequest', text: 'The request is not a valid SCIM message: {reason}.' },
  'scim.invalidFilter': { kind: 'BadRequest', text: 'The filter cannot be used: {reason}.' },
  'scim.invalidPath': { kind: 'BadRequest', text: 'The path "{path}" names nothing that can be changed here.' },
  'scim.invalidValue': { kind: 'BadRequest', text: 'The value of {field} cannot be used: {reason}.' },
  'scim.noTarget': { kind: 'BadRequest', text: 'The operation has no target: {reason}.' },
  'scim.mutability': { kind: 'BadRequest', text: 'The attribute {field} cannot be changed or removed.' },
  'scim.tooMany': { kind: 'BadRequest', text: 'The filter asks for too much: {reason}.' },
  'scim.invalidCursor': {
    kind: 'BadRequest',
    text: 'This cursor was not given for this query. Begin with an empty one, and leave the query as it is.',
  },
  'scim.expiredCursor': {
    kind: 'BadRequest',
    text: 'The cursor is older than {seconds} s. Begin again with an empty one.',
  },
  'scim.invalidCount': { kind: 'BadRequest', text: 'The count of a page must be a whole number from 1 to {max}.' },
  'scim.filterForbidden': { kind: 'Forbidden', text: 'There is no filter at this address.' },
  'scim.changedMeanwhile': {
    kind: 'PreconditionFailed',
    text: 'The resource is not in the version that the request is for. Read it again.',
  },
  'scim.tooLarge': { kind: 'PayloadTooLarge', text: 'The request holds more than {limit} {things}.' },
  'scim.uniqueness': { kind: 'Conflict', text: 'Another resource already has this value of {field}.' },
  'scim.notFound': { kind: 'NotFound', text: 'Resource {id} was not found.' },
  'scim.methodNotAllowed': { kind: 'MethodNotAllowed', text: 'The method {method} is not for this address.' },
  'scim.keyRefused': {
    kind: 'Unauthorized',
    text: 'The access key is missing, wrong or revoked. Create another in Carillon, and give it to the directory.',
  },
  'scim.notImplemented': { kind: 'NotImplemented', text: 'This server does not support {operation}.' },
});

/** A 400 `invalidValue` that names the attribute. */
export const badValue = (field: string, reason: string) =>
  scimError('scim.invalidValue', { field, values: { field, reason } });

/** A 400 `invalidSyntax`. */
export const badSyntax = (reason: string) => scimError('scim.invalidSyntax', { values: { reason } });

/** A 400 `invalidFilter`. */
export const badFilter = (reason: string, cause?: unknown) =>
  scimError('scim.invalidFilter', { field: 'filter', values: { reason }, cause });
