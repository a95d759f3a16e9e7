import { asDatabaseError } from '../database/errors.ts';
import { CarillonError, errors } from '../errors/errors.ts';

/** What the server itself refuses. */
export const refuse = errors({
  internal: { kind: 'ServiceFailure', text: 'Something went wrong on our side. Please try again.' },
  'http.badRequest': { kind: 'BadRequest', text: 'The request could not be understood.' },
  'http.portTaken': {
    kind: 'ServiceUnavailable',
    text: 'Port {port} is taken by another program. Stop it, or choose another with PORT and PUBLIC_URL.',
  },
  'http.portForbidden': { kind: 'Forbidden', text: 'This user may not listen on {host}, port {port}.' },
  'http.tlsUnreadable': {
    kind: 'ServiceFailure',
    text: 'The TLS file {path} cannot be read ({code}). See TLS_CERTIFICATE and TLS_KEY.',
  },
  'http.tlsUnfit': {
    kind: 'ServiceFailure',
    text: 'The TLS key in {key} does not belong to the certificate in {certificate}, or one of them is no PEM file.',
  },
  'http.notFound': { kind: 'NotFound', text: 'There is nothing at this address.' },
  'body.tooLarge': { kind: 'PayloadTooLarge', text: 'The request is larger than {limit} bytes.' },
  'body.type': { kind: 'UnsupportedMediaType', text: 'The content type must be {types}.' },
  'body.charset': { kind: 'UnsupportedMediaType', text: 'The content must be in UTF-8.' },
  'body.encoding': { kind: 'UnsupportedMediaType', text: 'Compressed content is not accepted.' },
  'body.notUtf8': { kind: 'BadRequest', text: 'The content is not valid UTF-8.' },
  'body.notJson': { kind: 'BadRequest', text: 'The content is not valid JSON.' },
  'body.notForm': { kind: 'BadRequest', text: 'The form could not be read.' },
  'body.tooDeep': { kind: 'BadRequest', text: 'The content is nested more than {depth} levels deep.' },
  'body.tooManyNames': {
    kind: 'PayloadTooLarge',
    text: 'The content has more than {limit} different names of members.',
  },
  'body.tooManyValues': { kind: 'PayloadTooLarge', text: 'The content has more than {limit} members and elements.' },
  'body.forbiddenKey': { kind: 'BadRequest', text: 'The content has a key that is not allowed.' },
  'body.cut': { kind: 'BadRequest', text: 'The request ended before its content was complete.' },
  'rate.exceeded': { kind: 'Throttled', text: 'Too many requests. Please try again in {seconds} s.' },
  'csrf.foreign': { kind: 'Forbidden', text: 'This form was sent from another site, and was not accepted.' },
  'csrf.token': {
    kind: 'Forbidden',
    text: 'This form is out of date, or cookies are blocked. Please open the page again and send it once more.',
  },
  'metrics.token': { kind: 'Unauthorized', text: 'The metrics need a bearer token.' },
  'metrics.noToken': {
    kind: 'Forbidden',
    text: 'The metrics are closed until METRICS_TOKEN is set, because PUBLIC_URL is not an address of this machine alone.',
  },
  'metrics.loopback': { kind: 'Forbidden', text: 'The metrics are for this machine only.' },
});

/** What Express and its router throw for a request that the client got wrong, such as `%zz` in the path. */
function isClientFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { status, expose } = error as Error & { status?: unknown; expose?: unknown };
  // An error of an outbound call may carry the other side's status too: that alone is not our client's fault.
  if (error instanceof URIError) return status === 400;
  return expose === true && typeof status === 'number' && status >= 400 && status < 500;
}

/** Whatever was thrown, as one of the closed set: `internal` when it was not foreseen. */
export function asCarillonError(error: unknown): CarillonError {
  if (error instanceof CarillonError) return error;
  const known = asDatabaseError(error);
  if (known) return known;
  return refuse(isClientFault(error) ? 'http.badRequest' : 'internal', { cause: error });
}

export interface ErrorBody {
  code: string;
  message: string;
  field?: string;
  requestId: string;
}

/** What a client is told in JSON; never `detail` or `cause`. */
export function errorBody(thrown: unknown, requestId: string): ErrorBody {
  const { code, message, field } = asCarillonError(thrown);
  return { code, message, ...(field === undefined ? {} : { field }), requestId };
}
