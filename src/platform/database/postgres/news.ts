import { Client, type ClientConfig } from 'pg';
import type { News } from '../database.ts';

/** How often this process asks what others told: half of it, on average, passes before a no of another one is heard. */
const askMs = 120;
/** Without an answer for so long, nothing that is remembered is believed. */
const silentMs = 500;
/** More than this at once is not read one by one: everything is forgotten instead. */
const mostAtOnce = 2_000;

/** An id that no transaction has. */
const lastTransaction = '9223372036854775807';

interface Row extends Omit<News, 'payload'> {
  snapshot: string;
  payload: string;
}

/**
 * Hears what other processes told. Each row has the id of its transaction, and each question asks for the rows of the
 * transactions that the question before it could not see yet. So nothing is missed that commits late, nothing is heard
 * twice, and every answer is a heartbeat as well.
 */
export class Hearing {
  readonly #options: ClientConfig;
  readonly #node: string;
  readonly #listeners = new Set<(news: News) => void>();
  /** What the last question saw, in the server's own words: `xmin:xmax:running,…`. */
  #seen: string | null = null;
  #client: Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | null = null;
  #current = 0;
  #news = 0;
  #gaps = 0;
  #stopped = false;

  constructor(options: ClientConfig, node: string) {
    this.#options = options;
    this.#node = node;
  }

  /** Asks for the first time, so that nothing that is committed from now on is missed. */
  async start(): Promise<void> {
    await this.#ask().catch((error: unknown) => {
      this.#lose();
      throw error;
    });
    this.#timer = setInterval(() => void this.look(), askMs);
  }

  /** Asks now, unless it does already; it never throws. */
  look(): Promise<void> {
    this.#asking ??= this.#ask()
      .catch(() => this.#lose())
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  hear(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get gaps(): number {
    if (performance.now() - this.#current > silentMs) this.#gaps++;
    return this.#gaps;
  }

  /** Changes with every piece of news, and with every gap. */
  get changes(): number {
    return this.gaps + this.#news;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#asking;
    await this.#client?.end().catch(() => {});
    this.#client = null;
  }

  async #connected(): Promise<Client> {
    if (this.#client) return this.#client;
    const client = new Client({ ...this.#options, query_timeout: 2_000, connectionTimeoutMillis: 2_000 });
    client.on('error', () => this.#lose());
    await client.connect();
    this.#client = client;
    return client;
  }

  /** Between two connections anything may have happened. */
  #lose(): void {
    const client = this.#client;
    this.#client = null;
    this.#seen = null;
    this.#gaps++;
    client?.end().catch(() => {});
  }

  async #ask(): Promise<void> {
    if (this.#stopped) return;
    const client = await this.#connected();
    const asked = performance.now();
    const seen = this.#seen;
    const { rows } = await client.query<Row>({
      name: 'news',
      text: `SELECT s."snapshot", e."id", e."topic", e."subject", e."payload", e."createdAt"
             FROM (SELECT pg_current_snapshot()::text AS "snapshot") s
             LEFT JOIN "outbox" e ON e."xid" >= $1::text::xid8 AND e."node" <> $2
               AND e."xid" < pg_snapshot_xmax(pg_current_snapshot()) -- not those of another server, in a restored dump
               AND NOT pg_visible_in_snapshot(e."xid", $3::text::pg_snapshot)
             ORDER BY e."position" LIMIT ${mostAtOnce}`,
      values: [seen?.split(':')[0] ?? lastTransaction, this.#node, seen ?? '1:1:'],
    });
    if (rows.length === mostAtOnce) this.#gaps++;
    else for (const row of rows) if (row.id !== null) this.#tell(row);
    // Of what was committed before the first question nothing is told.
    if (seen === null) this.#gaps++;
    this.#seen = rows[0]!.snapshot;
    this.#current = asked;
  }

  #tell({ id, topic, subject, payload, createdAt }: Row): void {
    this.#news++;
    const news = { id, topic, subject, payload: JSON.parse(payload) as Record<string, unknown>, createdAt };
    for (const listener of this.#listeners) {
      try {
        listener(news);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}
