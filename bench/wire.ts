import { connect, type Socket } from 'node:net';

/** What was answered, and the status that it came with. */
export interface Answer {
  status: number;
  /** The lines before the body. */
  head: string;
  body: string;
}

const headEnd = Buffer.from('\r\n\r\n');

/**
 * One kept connection that asks one thing after another, written for the load alone: node's own client takes as much of
 * a processor as what is measured, on a machine where both share it. Answers tell their length, or come in chunks.
 */
export class Wire {
  readonly #socket: Socket;
  #parts: Buffer[] = [];
  #size = 0;
  #wanted = 0;
  #status = 0;
  #head = '';
  #bodyFrom = 0;
  #isChunked = false;
  #settle: { resolve(answer: Answer): void; reject(error: Error): void } | null = null;
  #lost: Error | null = null;

  constructor(url: URL) {
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.on('data', (part) => this.#read(part));
    this.#socket.on('error', (error) => this.#lose(error));
    this.#socket.on('close', () => this.#lose(new Error('the connection was closed')));
  }

  /**
   * @param headers lines, each with its end
   * @throws Error when the connection is lost
   */
  ask(method: string, target: string, headers: string, body?: string): Promise<Answer> {
    if (this.#lost) return Promise.reject(this.#lost);
    const length = body === undefined ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(`${method} ${target} HTTP/1.1\r\nhost: bench\r\n${headers}${length}\r\n${body ?? ''}`);
    });
  }

  /** Whether it was closed, as a server does with a connection that nobody uses. */
  get isLost(): boolean {
    return this.#lost !== null;
  }

  end(): void {
    this.#socket.destroy();
  }

  #lose(error: Error): void {
    this.#lost ??= error;
    this.#settle?.reject(this.#lost);
    this.#settle = null;
  }

  #read(part: Buffer): void {
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#wanted === 0 && !this.#readHead()) return;
    if (this.#size < this.#wanted) return;
    const whole = this.#whole();
    const body = this.#isChunked ? bodyOfChunks(whole, this.#bodyFrom) : whole.toString('utf8', this.#bodyFrom);
    if (body === null) return;
    const answer = { status: this.#status, head: this.#head, body };
    this.#parts = [];
    this.#size = 0;
    this.#wanted = 0;
    this.#settle?.resolve(answer);
  }

  #readHead(): boolean {
    const whole = this.#whole();
    const end = whole.indexOf(headEnd);
    if (end === -1) return false;
    const head = whole.toString('latin1', 0, end + 2);
    this.#head = head;
    this.#status = Number(head.slice(9, 12));
    this.#isChunked = /\r\ntransfer-encoding: *chunked\r\n/i.test(head);
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
    this.#bodyFrom = end + headEnd.length;
    this.#wanted = this.#bodyFrom + Number(length ?? 0);
    return true;
  }

  #whole(): Buffer {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0]!;
  }
}

/** What came in chunks (RFC 9112 §7.1), or null while the last one is not there. */
function bodyOfChunks(whole: Buffer, from: number): string | null {
  const parts: Buffer[] = [];
  for (let at = from; ;) {
    const lineEnd = whole.indexOf('\r\n', at);
    if (lineEnd === -1) return null;
    const size = Number.parseInt(whole.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size;
    if (whole.length < end + 2) return null;
    if (size === 0) return Buffer.concat(parts).toString('utf8');
    parts.push(whole.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
