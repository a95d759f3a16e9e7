/** An open page of a session, which is told when the session is over. */
export interface Stream {
  /** Says why it is over, and closes. */
  end(because: string): void;
}

/** The open pages of this process, by session. */
export class Streams {
  readonly #open = new Map<string, Set<Stream>>();

  add(sessionId: string, stream: Stream): () => void {
    const set = this.#open.get(sessionId) ?? new Set();
    this.#open.set(sessionId, set.add(stream));
    return () => {
      set.delete(stream);
      if (set.size === 0) this.#open.delete(sessionId);
    };
  }

  /** Tells every page of a session that it is over. @returns how many were told */
  end(sessionId: string, because: string): number {
    const set = this.#open.get(sessionId);
    this.#open.delete(sessionId);
    for (const stream of set ?? []) stream.end(because);
    return set?.size ?? 0;
  }

  /** How many pages of a session are open. */
  count(sessionId: string): number {
    return this.#open.get(sessionId)?.size ?? 0;
  }

  /** The sessions that have a page open. */
  sessions(): string[] {
    return [...this.#open.keys()];
  }
}
