import { signatureExceptions } from '../../access/sigv4/errors.ts';
import type { CarillonError, ErrorKind } from '../../platform/errors/errors.ts';

/** An error as the clients of this API know it: the exception's name goes in a header, the code in the body. */
export interface Fault {
  exception: string;
  code: string;
  status: number;
}

const fault = (exception: string, code: string, status: number): Fault => ({ exception, code, status });
const badRequest = fault('BadRequestException', 'BadRequest', 400);
const failure = fault('ServiceFailureException', 'ServiceFailure', 500);

/** The model knows fewer kinds than the house: each goes to the nearest that every client can name. */
const faults: Record<ErrorKind, Fault> = {
  BadRequest: badRequest,
  Unauthorized: fault('UnauthorizedClientException', 'Unauthorized', 401),
  Forbidden: fault('ForbiddenException', 'Forbidden', 403),
  NotFound: fault('NotFoundException', 'NotFound', 404),
  MethodNotAllowed: badRequest,
  NotAcceptable: badRequest,
  Conflict: fault('ConflictException', 'Conflict', 409),
  PreconditionFailed: fault('ConflictException', 'PreconditionFailed', 409),
  PayloadTooLarge: badRequest,
  UnsupportedMediaType: badRequest,
  Unprocessable: fault('UnprocessableEntityException', 'Unprocessable', 422),
  Throttled: fault('ThrottledClientException', 'Throttled', 429),
  ServiceFailure: failure,
  NotImplemented: badRequest,
  BadGateway: failure,
  ServiceUnavailable: fault('ServiceUnavailableException', 'ServiceUnavailable', 503),
};

/** What has a name of its own. */
const named: ReadonlyMap<string, Fault> = new Map([
  ['access.denied', fault('AccessDeniedException', 'AccessDenied', 403)],
  ['api.unknownOperation', fault('UnknownOperationException', 'UnknownOperationException', 404)],
  ...Object.entries(signatureExceptions).map(([code, name]) => [code, fault(name, name, 403)] as const),
]);

export const faultOf = ({ code, kind }: CarillonError): Fault => named.get(code) ?? faults[kind];
