import { errors } from '../platform/errors/errors.ts';

/** What the administration API itself refuses. */
export const apiErrors = errors({
  'api.unknownOperation': { kind: 'NotFound', text: 'There is no operation {method} {path}.' },
  'api.parameterInvalid': { kind: 'BadRequest', text: 'The value of {field} is not valid: {reason}.' },
  'api.tokenReused': {
    kind: 'Conflict',
    text: 'This X-Amz-Client-Token was sent with another request. A new request needs a new one.',
  },
});

/** Says which part of the request is at fault, and how. */
export const invalid = (field: string, reason: string): Error =>
  apiErrors('api.parameterInvalid', { field, values: { field: field.slice(0, 64), reason } });
