import {
  BindRequest,
  type BindResponse,
  type Change,
  type Control,
  ExtendedRequest,
  type ExtendedResponse,
  type MessageResponse,
  ModifyRequest,
  type ModifyResponse,
  PagedResultsControl,
  type SearchOptions,
  SearchRequest,
  type SearchResponse,
} from 'ldapts';
import type { Entry } from './entry.ts';
import { LdapFault, LdapRefusal, resultCodes } from './fault.ts';
import { type Filter, present } from './filters.ts';
import type { Limits } from './limits.ts';
import { nextRange, rangedAttributes } from './ranges.ts';
import type { Collector, Request, Wire } from './wire.ts';

export interface Search {
  base: string;
  /** `sub` unless said. */
  scope?: NonNullable<SearchOptions['scope']>;
  /** Every entry unless said. */
  filter?: Filter;
  /** Those that are wanted, by name; what is not there is left out of the entry. */
  attributes: readonly string[];
  /** Entries a page; 500 unless said. Active Directory gives 1,000 at most. */
  pageSize?: number;
  controls?: Control[];
  /** For each page. */
  deadlineMs?: number;
}

/** What a directory says to somebody's password. */
export type BindAnswer =
  | { accepted: true }
  | {
      accepted: false;
      /** RFC 4511, appendix A; null: it was never sent. */
      code: number | null;
      /** Active Directory's reason, such as `52e` or `775`, when it gives one. */
      subCode: string | null;
      /** The directory's own words, for the log alone. */
      text: string;
    };

const usualPage = 500;
/** Attributes of one entry that come in ranges; nothing here asks for more than one or two. */
const mostRanged = 8;

/** One connection to one server, for as long as somebody has it: what follows a cookie must stay on it. */
export class Session {
  readonly #wire: Wire;
  readonly #limits: Limits;
  readonly #watch: () => void;
  #mayRepeat = true;

  /** @param watch is called now and then while an answer is awaited and nothing is heard */
  constructor(wire: Wire, limits: Limits, watch: () => void) {
    this.#wire = wire;
    this.#limits = limits;
    this.#watch = watch;
  }

  /** The URL of the server: cookies and update numbers are worth something there alone. */
  get server(): string {
    return this.#wire.server;
  }

  /** Whether everything that was sent could be sent again elsewhere without harm. */
  get mayRepeat(): boolean {
    return this.#mayRepeat;
  }

  /**
   * Searches, page by page, to the end: a page may be empty and yet have a cookie (RFC 2696). An attribute of which the
   * server gave a range is read to its end.
   * @throws LdapFault; LdapRefusal also for an answer that was cut short (size, time or administrative limit)
   */
  async *pages(search: Search): AsyncGenerator<Entry[]> {
    const paging = new PagedResultsControl({ critical: true, value: { size: search.pageSize ?? usualPage } });
    const size = paging.value!.size;
    const time = this.#time();
    for (let pages = 1, found = 0; ; pages++) {
      const { entries, answer } = await time.of(this.#search(search, [...(search.controls ?? []), paging], size));
      found += entries.length;
      if (found > this.#limits.found) throw this.#endless(`a search that finds more than ${this.#limits.found}`);
      yield await time.of(this.#whole(entries));
      const page = answer.controls?.find((control) => control instanceof PagedResultsControl);
      const cookie = page?.value?.cookie;
      if (!cookie?.length) return;
      if (pages >= this.#limits.pages) throw this.#endless(`a search of more than ${pages} pages`);
      // Samba's is the same for every page; without an entry it leads nowhere.
      if (entries.length === 0 && paging.value?.cookie?.equals(cookie))
        throw this.#endless('an empty page that leads to itself');
      paging.value = { size, cookie };
    }
  }

  /** `pages`, all at once: for what is known to be little. */
  async search(search: Search): Promise<Entry[]> {
    const found: Entry[] = [];
    for await (const page of this.pages(search)) {
      found.push(...page);
      if (found.length > this.#limits.entries) throw this.#endless(`more than ${this.#limits.entries} entries`);
    }
    return found;
  }

  /**
   * What a search finds that should find few, in one request without paging: Active Directory's kind searches twice for
   * a page. @returns null when there are more than `most`, which pages would tell; Samba sends them all
   */
  async few(search: Search, most: number): Promise<Entry[] | null> {
    try {
      const controls = [...(search.controls ?? [])];
      const { entries } = await this.#search(search, controls, this.#limits.entries, most);
      return entries.length > most ? null : await this.#whole(entries);
    } catch (error) {
      if (error instanceof LdapRefusal && error.code === resultCodes.sizeLimitExceeded) return null;
      throw error;
    }
  }

  /** One request without paging, as DirSync wants it: what came back, and the controls of the request are filled in. */
  async once(search: Search): Promise<Entry[]> {
    const most = search.scope === 'base' ? 1 : this.#limits.entries;
    return (await this.#search(search, [...(search.controls ?? [])], most)).entries;
  }

  /** One entry by its DN, with every range of its attributes; null when there is none, or it may not be seen. */
  async read(dn: string, attributes: readonly string[], filter?: Filter): Promise<Entry | null> {
    try {
      const search = { base: dn, scope: 'base' as const, attributes, ...(filter && { filter }) };
      const [entry] = await this.#whole(await this.once(search));
      return entry ?? null;
    } catch (error) {
      if (error instanceof LdapRefusal && error.code === resultCodes.noSuchObject) return null;
      throw error;
    }
  }

  /**
   * Whether the directory accepts this password of this entry. What no directory may be asked is refused here: an empty
   * DN or password would be an anonymous bind that succeeds (RFC 4513 §5.1.2), and servers cut at control characters.
   * To be called on a connection of the kind `proof` alone, whose identity it changes.
   */
  async bindAs(dn: string, password: string, controls: Control[] = []): Promise<BindAnswer> {
    if (!dn.trim() || !password || /\p{Cc}/u.test(dn + password)) {
      return { accepted: false, code: null, subCode: null, text: 'empty, or with control characters: not sent' };
    }
    const { status, errorMessage } = await this.#ask<BindResponse>(
      (messageId) => new BindRequest({ messageId, dn, password, controls }),
      this.#limits.proofMs,
    );
    if (status === resultCodes.success) return { accepted: true };
    this.#refuseUnable(status, errorMessage);
    const subCode = /\bdata ([0-9a-f]{1,8})\b/i.exec(errorMessage)?.[1]?.toLowerCase() ?? null;
    return { accepted: false, code: status, subCode, text: errorMessage };
  }

  /** Changes an entry. Is never sent twice. @throws LdapRefusal with the directory's code, LdapFault */
  async modify(dn: string, changes: Change[], controls: Control[] = []): Promise<void> {
    this.#mayRepeat = false;
    const { status, errorMessage } = await this.#ask<ModifyResponse>(
      (messageId) => new ModifyRequest({ messageId, dn, changes, controls }),
    );
    this.#require('modify', status, errorMessage);
  }

  /** An extended operation (RFC 4511 §4.12). Is never sent twice. @throws LdapRefusal, LdapFault */
  async extended(oid: string, value: Buffer): Promise<void> {
    this.#mayRepeat = false;
    const { status, errorMessage } = await this.#ask<ExtendedResponse>(
      (messageId) => new ExtendedRequest({ messageId, oid, value }),
    );
    this.#require('extended operation', status, errorMessage);
  }

  async #search(
    search: Search,
    controls: Control[],
    most: number,
    sizeLimit = 0,
  ): Promise<{ entries: Entry[]; answer: SearchResponse }> {
    const entries: Entry[] = [];
    const deadlineMs = search.deadlineMs ?? this.#limits.answerMs;
    const answer = await this.#ask<SearchResponse>(
      (messageId) =>
        new SearchRequest({
          messageId,
          baseDN: search.base,
          scope: search.scope ?? 'sub',
          filter: search.filter ?? present('objectClass'),
          attributes: [...search.attributes],
          timeLimit: Math.ceil(deadlineMs / 1000),
          sizeLimit,
          controls,
        }),
      deadlineMs,
      { onEntry: (entry) => entries.push(entry), entries: most, bytes: this.#limits.answerBytes },
    );
    this.#require('search', answer.status, answer.errorMessage);
    return { entries, answer };
  }

  async #whole(entries: Entry[]): Promise<Entry[]> {
    const whole: Entry[] = [];
    for (const entry of entries) whole.push(await this.#allRanges(entry));
    return whole;
  }

  /** Active Directory gives 1,500 values at most, as `member;range=0-1499` beside an empty `member`. */
  async #allRanges(entry: Entry): Promise<Entry> {
    let result = entry;
    const ranged = rangedAttributes(entry);
    if (ranged.length > mostRanged) throw this.#endless(`ranges of ${ranged.length} attributes`);
    const time = this.#time();
    for (const { attribute, option } of ranged) {
      const values: Buffer[] = [];
      for (let from: string | null = option, page = entry; from !== null;) {
        const got = page.bytes(from);
        for (const value of got) values.push(value);
        const next = nextRange(from, values.length - got.length, got.length);
        if (next === null) break;
        if (next === 'astray' || values.length > this.#limits.values)
          throw this.#endless(`the range ${from.slice(0, 100)} of ${got.length} values after ${values.length}`);
        const attributes = [`${attribute};range=${next}-*`];
        const [more] = await time.of(this.once({ base: entry.dn, scope: 'base', attributes }));
        if (!more) break;
        page = more;
        // Changed meanwhile: a server may also answer the rest without a range, or say that there is none.
        from = rangedAttributes(more).find((one) => one.attribute === attribute)?.option ?? null;
        if (from === null) for (const value of more.bytes(attribute)) values.push(value);
      }
      result = result.with(attribute, values);
    }
    return result;
  }

  async #ask<T extends MessageResponse>(
    request: Request,
    deadlineMs = this.#limits.answerMs,
    collector?: Collector,
  ): Promise<T> {
    const watching = setInterval(this.#watch, this.#limits.suspectMs / 4);
    try {
      return await this.#wire.ask<T>(request, deadlineMs, collector);
    } finally {
      clearInterval(watching);
    }
  }

  /** The time that is spent on answers, not on what is done with them; all of it together has an end. */
  #time(): { of: <T>(work: Promise<T>) => Promise<T> } {
    let spentMs = 0;
    return {
      of: async (work) => {
        const began = performance.now();
        const result = await work;
        spentMs += performance.now() - began;
        if (spentMs > this.#limits.searchMs) throw this.#endless(`answers for ${Math.round(spentMs)} ms`);
        return result;
      },
    };
  }

  /** A server that never comes to an end is not gone on with. */
  #endless(detail: string): LdapFault {
    this.#wire.end('malformed', detail);
    return new LdapFault(this.server, 'request', 'malformed', detail);
  }

  #require(what: string, status: number, text: string): void {
    if (status === resultCodes.success) return;
    this.#refuseUnable(status, text);
    throw new LdapRefusal(what, status, text);
  }

  #refuseUnable(status: number, text: string): void {
    if (status !== resultCodes.busy && status !== resultCodes.unavailable) return;
    throw new LdapFault(this.server, 'request', 'busy', `result ${status}: ${text}`);
  }
}
