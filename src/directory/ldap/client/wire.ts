import type { TLSSocket } from 'node:tls';
import { type Message, MessageParser, type MessageResponse, SearchReference, UnbindRequest } from 'ldapts';
import { LdapFault, type Reason } from './fault.ts';
import { requireSound } from './elements.ts';
import type { Entry } from './entry.ts';
import { Frames } from './frames.ts';
import { readEntry } from './read-entry.ts';

/** Takes the entries of a search, so many at most: a server that sends more is no server to go on with. */
export interface Collector {
  onEntry: (entry: Entry) => void;
  entries: number;
  /** Of all messages of the answer. */
  bytes: number;
}

interface Pending {
  message: Message;
  collector: Collector | undefined;
  entries: number;
  bytes: number;
  resolve: (answer: MessageResponse) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** An LDAP message of ldapts', made for the number that it is to have. */
export type Request = (messageId: number) => Message;

/**
 * One connection under TLS: messages are written and read by ldapts, and nothing waits without a deadline. It never
 * reconnects: whatever ends it ends everything that waits on it, and it is then thrown away.
 */
export class Wire {
  readonly server: string;
  readonly #socket: TLSSocket;
  readonly #frames = new Frames();
  readonly #parser = new MessageParser();
  readonly #pending = new Map<string, Pending>();
  #last = 0;
  /** Bytes of the message that is being read. */
  #size = 0;
  #stirredAt = performance.now();
  #ended: LdapFault | null = null;

  constructor(server: string, socket: TLSSocket) {
    this.server = server;
    this.#socket = socket;
    this.#parser.on('message', (answer) => this.#take(answer));
    this.#parser.on('error', (error) => this.end('malformed', String(error)));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.end('closed', String(error)));
    socket.on('close', () => this.end('closed', 'the server closed the connection'));
    if (socket.destroyed) this.end('closed', 'the server closed the connection');
  }

  get isOpen(): boolean {
    return this.#ended === null;
  }

  /** For how long nothing was heard, or asked, in milliseconds. */
  get quietMs(): number {
    return performance.now() - this.#stirredAt;
  }

  /**
   * Sends a request and waits for its final answer, whatever the result code in it.
   * @param collector is given each entry of a search; references to other servers are passed over
   * @throws LdapFault when the connection ends, or the deadline comes, which ends the connection
   */
  ask<T extends MessageResponse>(request: Request, deadlineMs: number, collector?: Collector): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended);
        return;
      }
      const id = ++this.#last;
      const message = request(id);
      const timer = setTimeout(() => this.end('timedOut', `no answer within ${deadlineMs} ms`), deadlineMs);
      const settled = resolve as (answer: MessageResponse) => void;
      this.#pending.set(String(id), {
        message,
        collector,
        entries: 0,
        bytes: 0,
        resolve: settled,
        reject,
        timer,
      });
      this.#stirredAt = performance.now();
      this.#socket.write(message.write());
    });
  }

  /** Says goodbye (RFC 4511 §4.3), and closes. */
  close(): void {
    if (this.#ended) return;
    this.#socket.write(new UnbindRequest({ messageId: this.#last + 1 }).write());
    this.end('closed', 'closed here');
  }

  /** Ends the connection: everything that waits is refused with this. */
  end(reason: Reason, detail: string): void {
    if (this.#ended) return;
    const fault = new LdapFault(this.server, 'request', reason, detail);
    this.#ended = fault;
    this.#socket.end();
    this.#socket.destroySoon();
    // A peer that reads nothing would hold the socket for as long as it likes.
    setTimeout(() => this.#socket.destroy(), 500).unref();
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(fault);
    }
    this.#pending.clear();
  }

  #read(chunk: Buffer): void {
    this.#stirredAt = performance.now();
    try {
      for (const frame of this.#frames.push(chunk)) {
        if (this.#ended) return;
        requireSound(frame);
        this.#size = frame.length;
        const found = readEntry(frame);
        if (found) this.#takePart(String(found.id), found.entry);
        else this.#parser.read(frame, this.#pending);
      }
    } catch (error) {
      this.end('malformed', String(error));
    }
  }

  #take(answer: MessageResponse): void {
    const id = String(answer.messageId);
    if (answer instanceof SearchReference) {
      this.#takePart(id, null);
      return;
    }
    const pending = this.#pendingOf(id);
    if (!pending) return;
    clearTimeout(pending.timer);
    this.#pending.delete(id);
    pending.resolve(answer);
  }

  /** One of many messages of an answer. @param entry null for a reference to another server */
  #takePart(id: string, entry: Entry | null): void {
    const pending = this.#pendingOf(id);
    if (!pending) return;
    const { collector } = pending;
    pending.bytes += this.#size;
    if (entry) pending.entries++;
    if (!collector || pending.entries > collector.entries || pending.bytes > collector.bytes)
      this.end('malformed', `an answer of ${pending.entries} entries and ${pending.bytes} bytes, more than asked for`);
    else if (entry) collector.onEntry(entry);
  }

  /** Who waits for this; an answer that nobody waits for ends the connection. */
  #pendingOf(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    // Number 0 is the notice that the server is about to close (RFC 4511 §4.4.1).
    if (!pending) this.end(id === '0' ? 'closed' : 'malformed', `an answer to message ${id}, which nobody sent`);
    return pending;
  }
}
