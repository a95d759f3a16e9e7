import type { CarillonError } from '../../../platform/errors/errors.ts';
import { personal } from '../../../trail/people/personal.ts';
import { asCarillonError } from '../../../platform/http/errors.ts';
import { reportError } from '../../../platform/http/reply.ts';
import type { ScimReply, ScimRequest } from '../http/request.ts';
import { type KeptOperation, type KeptOperations, keptOperations } from '../inspector/operations.ts';
import { pathWithoutSecrets } from '../inspector/redact.ts';
import { Seen } from '../inspector/seen.ts';
import type { BulkOperation, BulkResult } from '../protocol/bulk.ts';
import { orderOf, type Turn } from '../protocol/bulk-order.ts';
import { pathWithReferences, withReferences } from '../protocol/bulk-references.ts';
import { badValue, scimError } from '../protocol/errors.ts';
import { errorBody, urn } from '../protocol/messages.ts';
import { eventNameOfOperation, handlerOf, targetOf } from './target.ts';

/** Operations that refer to each other in a circle, in one unit of work: others wait for it. */
const mostInCircle = 100;

/** What is known of an operation that was done. */
interface Made {
  status: number;
  location?: string | undefined;
  version?: string | undefined;
  /** What it has changed. */
  subject: KeptOperation['subject'];
}

/** One bulk request: its operations in their order, each a unit of work with a record of its own. */
export class BulkJob {
  readonly #request: ScimRequest;
  readonly #operations: readonly BulkOperation[];
  /** bulkId → the id of what was made; null when that failed. */
  readonly #ids = new Map<string, string | null>();
  readonly #results: (BulkResult | undefined)[] = [];
  readonly #kept: (KeptOperation | undefined)[] = [];
  /** The operation that was begun last. */
  #tried = -1;
  #errors = 0;
  #stopped = false;

  constructor(request: ScimRequest, operations: readonly BulkOperation[]) {
    this.#request = request;
    this.#operations = operations;
  }

  /** @returns what became of each operation that was tried, in the order in which they were sent; it never throws */
  async run(failOnErrors: number): Promise<BulkResult[]> {
    for (const turn of orderOf(this.#operations)) {
      if (this.#stopped || this.#errors >= failOnErrors) break;
      await this.#take(turn);
    }
    return this.#results.filter((result) => result !== undefined);
  }

  /** What became of the operations that were tried, for the administrator. */
  kept(): KeptOperations {
    return keptOperations(this.#kept.filter((each) => each !== undefined));
  }

  async #take({ places, circular }: Turn): Promise<void> {
    try {
      const [first = -1] = places;
      this.#tried = first;
      const made = circular ? await this.#together(places) : [await this.#perform(this.#at(first))];
      places.forEach((place, i) => this.#done(place, made[i]!));
    } catch (error) {
      const [cause = places[0]!] = places.filter((place) => place === this.#tried);
      this.#failed(cause, asCarillonError(error));
      for (const place of places) if (place !== cause) this.#failed(place, broken(this.#at(cause)));
    }
  }

  readonly #at = (place: number): BulkOperation => this.#operations[place]!;

  /** The id of what an operation made. @throws scim.invalidValue when there is none */
  readonly #idOf = (bulkId: string): string => {
    const id = this.#ids.get(bulkId);
    const field = `bulkId:${bulkId.slice(0, 100)}`;
    if (id === undefined) throw badValue(field, 'no operation creates it');
    if (id === null) throw badValue(field, 'the operation that was to create it has failed');
    return id;
  };

  async #perform(operation: BulkOperation, data = this.#resolved(operation)): Promise<Made> {
    const path = pathWithReferences(operation.path, this.#idOf);
    const target = targetOf(path);
    const asked = this.#asked(data, operation.version);
    const reply = await handlerOf(operation, target)(asked);
    const { changed } = asked.seen;
    const location = reply.location ?? this.#locationOf(path);
    if (operation.method === 'POST' && operation.bulkId !== undefined)
      this.#ids.set(operation.bulkId, location?.slice(location.lastIndexOf('/') + 1) ?? null);
    const subject = changed ? { type: changed.type, id: changed.id } : null;
    return { status: reply.status, location, version: versionIn(reply), subject };
  }

  #resolved({ method, data }: BulkOperation): unknown {
    return withReferences(data, method === 'PATCH', this.#idOf);
  }

  /** The request as this operation would have been one: nobody reads what it answers, but for its version. */
  #asked(data: unknown, ifMatch: string | undefined): ScimRequest {
    const { seen } = this.#request;
    // Its version is its If-Match (RFC 7644 §3.7); what is kept of the request says nothing of one operation.
    const own = { conditions: { ifMatch }, seen: new Seen(seen.key, seen.method, seen.url) };
    return {
      ...this.#request,
      ...own,
      query: new URLSearchParams(),
      projection: { attributes: undefined, excludedAttributes: ['members', 'groups'] },
      body: async () => data,
    };
  }

  /**
   * A circle is one unit of work (RFC 7644 §3.7.1): everything is made without what is not there yet, which is added
   * when all are there.
   */
  #together(places: readonly number[]): Promise<Made[]> {
    const { ground, scope } = this.#request;
    if (places.length > mostInCircle) {
      const things = 'operations that refer to each other in a circle';
      throw scimError('scim.tooLarge', { field: 'Operations', values: { limit: mostInCircle, things } });
    }
    const bulkIds = places.map((place) => this.#at(place).bulkId!);
    const hold = { organisationId: scope.organisationId, accountId: scope.accountId, beside: true, name: 'Bulk' };
    return ground.db.write(async () => {
      for (const bulkId of bulkIds) this.#ids.delete(bulkId); // the unit may run again
      const late = new Map<number, string[]>();
      const made: Made[] = [];
      for (const place of places) {
        this.#tried = place;
        const operation = this.#at(place);
        const missing: string[] = [];
        const data = withReferences(operation.data, false, (bulkId) => {
          if (!bulkIds.includes(bulkId) || this.#ids.has(bulkId)) return this.#idOf(bulkId);
          missing.push(bulkId);
          return undefined;
        });
        made.push(await this.#perform(operation, data));
        if (missing.length > 0) late.set(place, missing);
      }
      for (const [place, missing] of late) {
        this.#tried = place;
        const version = await this.#addTo(this.#at(place), missing);
        made[places.indexOf(place)]!.version = version;
      }
      return made;
    }, hold);
  }

  /** @returns the version that this leaves */
  async #addTo({ path, bulkId }: BulkOperation, missing: readonly string[]): Promise<string | undefined> {
    const ids = missing.map(this.#idOf);
    const isGroup = targetOf(path).name === 'Groups';
    const place = isGroup ? 'members' : `${urn.enterprise}:manager`;
    const value = isGroup ? ids.map((id) => ({ value: id })) : ids[0];
    const data = { schemas: [urn.patchOp], Operations: [{ op: 'add', path: place, value }] };
    return (await this.#perform({ method: 'PATCH', path: `${path}/${this.#idOf(bulkId!)}`, data })).version;
  }

  #done(place: number, { status, location, version, subject }: Made): void {
    this.#keep(place, { status, subject, detail: null });
    this.#put(place, status, { ...(location && { location }), ...(version && { version }) });
  }

  #failed(place: number, error: CarillonError): void {
    const operation = this.#at(place);
    reportError(this.#request.ground.log, error);
    const target = targetOf(operation.path);
    const path = pathWithoutSecrets(operation.path).slice(0, 256);
    this.#request.ground.trail.refused(
      {
        eventName: eventNameOfOperation(operation, target),
        organisationId: this.#request.scope.organisationId,
        accountId: this.#request.scope.accountId,
        // An id is an id; an address in its place tells of a person.
        requestParameters: { method: operation.method.slice(0, 16), path: path.includes('@') ? personal(path) : path },
      },
      error,
    );
    if (operation.method === 'POST' && operation.bulkId !== undefined) this.#ids.set(operation.bulkId, null);
    this.#errors += 1;
    // Of a revoked key, or without a database, the rest would only fail as well.
    if (error.kind === 'Unauthorized' || error.kind === 'ServiceUnavailable') this.#stopped = true;
    const location = operation.method === 'POST' ? undefined : this.#locationOf(operation.path);
    this.#keep(place, { status: error.status, subject: null, detail: error.message });
    this.#put(place, error.status, { ...(location && { location }), response: errorBody(error) });
  }

  #put(place: number, status: number, rest: Partial<BulkResult>): void {
    const { method, bulkId } = this.#at(place);
    this.#results[place] = { method, ...(bulkId !== undefined && { bulkId }), status: String(status), ...rest };
  }

  #keep(place: number, outcome: Pick<KeptOperation, 'status' | 'subject' | 'detail'>): void {
    const { method, path, bulkId = null } = this.#at(place);
    this.#kept[place] = { method, path, bulkId, ...outcome };
  }

  #locationOf(path: string): string | undefined {
    const { endpoint, name, id } = targetOf(path);
    return endpoint && id !== null ? `${this.#request.base}/${name}/${encodeURIComponent(id)}` : undefined;
  }
}

/** What the others of a circle are told. */
const broken = ({ bulkId = '' }: BulkOperation): CarillonError =>
  badValue(`bulkId:${bulkId.slice(0, 100)}`, 'it refers back to this operation, and has failed');

/** The version of what an operation left, where resources have one. */
function versionIn(reply: ScimReply): string | undefined {
  if ('etag' in reply && typeof reply.etag === 'string') return reply.etag;
  const { body } = reply;
  const meta = body && 'meta' in body ? body.meta : undefined;
  const version = typeof meta === 'object' && meta !== null && 'version' in meta ? meta.version : undefined;
  return typeof version === 'string' ? version : undefined;
}
