import { badSyntax, scimError } from './errors.ts';
import { members, requireSchema } from './values.ts';

/** Most operations of one bulk request (RFC 7643 §5, `bulk.maxOperations`): some seconds of durable writes. */
export const maxBulkOperations = 1_000;
/** Most bytes of its body (`bulk.maxPayloadSize`). */
export const maxBulkPayload = 1_048_576;

const urn = {
  request: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest',
  response: 'urn:ietf:params:scim:api:messages:2.0:BulkResponse',
} as const;

/** One operation of a bulk request, as it was sent; whether it makes sense is its own affair. */
export interface BulkOperation {
  /** In capitals. */
  method: string;
  bulkId?: string;
  version?: string;
  path: string;
  data: unknown;
}

interface BulkRequest {
  /** After so many errors the rest is left undone; without it nothing is. */
  failOnErrors: number;
  operations: BulkOperation[];
}

/** What became of one operation (RFC 7644 §3.7); `response` only when it failed. */
export interface BulkResult {
  method: string;
  bulkId?: string;
  version?: string;
  location?: string;
  status: string;
  response?: object;
}

function textOf(fields: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = fields.get(name.toLowerCase());
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw badSyntax(`"${name}" of an operation must be text`);
  return value;
}

function readOperation(given: unknown): BulkOperation {
  const fields = members(given);
  const [bulkId, version] = [textOf(fields, 'bulkId'), textOf(fields, 'version')];
  return {
    method: (textOf(fields, 'method') ?? '').toUpperCase(),
    ...(bulkId !== undefined && { bulkId }),
    ...(version !== undefined && { version }),
    path: textOf(fields, 'path') ?? '',
    data: fields.get('data'),
  };
}

function readFailOnErrors(value: unknown): number {
  if (value === undefined || value === null) return Infinity;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
    throw badSyntax('"failOnErrors" must be a whole number from 1');
  return value;
}

/** A reference must have one meaning. */
function refuseTwice(operations: readonly BulkOperation[]): void {
  const known = new Set<string>();
  for (const { bulkId } of operations) {
    if (bulkId === undefined) continue;
    if (known.has(bulkId)) throw badSyntax(`the bulkId "${bulkId.slice(0, 100)}" is given twice`);
    known.add(bulkId);
  }
}

/**
 * Reads the body of POST /Bulk (RFC 7644 §3.7).
 * @throws scim.invalidSyntax for what is no bulk request at all, scim.tooLarge for more than 1,000 operations
 */
export function readBulk(body: unknown): BulkRequest {
  const given = members(body);
  requireSchema(given, urn.request);
  const operations = given.get('operations');
  if (!Array.isArray(operations)) throw badSyntax('"Operations" must be a list');
  if (operations.length > maxBulkOperations) {
    const values = { limit: maxBulkOperations, things: 'operations' };
    throw scimError('scim.tooLarge', { field: 'Operations', values });
  }
  const read = operations.map(readOperation);
  refuseTwice(read);
  return { failOnErrors: readFailOnErrors(given.get('failonerrors')), operations: read };
}

/** The body of the answer: the operations that were done or tried, in the order of the request. */
export const bulkResponse = (results: readonly BulkResult[]): object => ({
  schemas: [urn.response],
  Operations: results,
});
