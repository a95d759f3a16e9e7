import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { usersOutTopic } from '../../users/lifecycle/out.ts';
import { authErrors } from '../errors.ts';
import { sessionCookie, type Web } from '../web.ts';
import { overText } from './texts.ts';

/** How often open pages are checked for what no event tells: an end by time, a no that another process closed. */
const checkMs = 1_000;
/** How soon when another process has put somebody out; one look serves all who go meanwhile. */
const soonMs = 200;
/** Proxies cut connections on which nothing is said. */
const beatMs = 15_000;
/** Pages that are checked before requests get their turn. */
const pagesAtOnce = 50;
/** Pages that one session may have open. */
const mostPages = 20;

interface LivePage {
  token: string;
  res: ServerResponse;
  end(because: string): void;
}

/** The pages that are open now and learn at once that their session is over (server-sent events). */
export class LivePages {
  readonly #web: Web;
  readonly #open = new Set<LivePage>();
  readonly #perSession = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #checking = false;
  #soon = false;
  #lastBeat = 0;

  constructor(web: Web) {
    this.#web = web;
    // Who does the work after a no closes the pages of that process; here they are looked at.
    web.ground.outbox.listen(({ topic, isForeign }) => {
      if (!isForeign || topic !== usersOutTopic || this.#soon) return;
      this.#soon = true;
      setTimeout(() => void this.#look(), soonMs).unref();
    });
  }

  /**
   * Keeps the answer open for as long as the session lasts.
   * @returns why not, when nobody is in: the answer is not begun then
   * @throws session.tooManyPages
   */
  async open(req: IncomingMessage, res: ServerResponse): Promise<string | null> {
    const { cookies, sessions, streams } = this.#web;
    const token = cookies.read(req, sessionCookie.user);
    if (!token) return 'none';
    const asked = await sessions.check(token, 'user');
    if (!asked.in) return asked.because;
    const { id } = asked.session;
    const pages = this.#perSession.get(id) ?? 0;
    if (pages >= mostPages) throw authErrors('session.tooManyPages', { retryAfter: 5 });
    this.#perSession.set(id, pages + 1);

    const page: LivePage = { token, res, end: (because) => over(res, because) };
    // Heard of first, then checked again: a no between the two is seen by one of them.
    const remove = sessions.streams.add(id, page);
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      remove();
      this.#forget(page, id);
    };
    res.once('close', leave);
    const now = await sessions.check(token, 'user').catch((error: unknown) => {
      leave();
      throw error;
    });
    if (!now.in) {
      leave();
      return now.because;
    }
    if (res.destroyed) leave();
    else this.#begin(page);
    if (!left) streams.add(res, () => res.end());
    return null;
  }

  #begin(page: LivePage): void {
    page.res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    page.res.write('retry: 1000\nevent: hello\ndata: {}\n\n');
    this.#open.add(page);
    this.#timer ??= setInterval(() => void this.#look(), checkMs).unref();
  }

  #forget(page: LivePage, sessionId: string): void {
    this.#open.delete(page);
    const pages = (this.#perSession.get(sessionId) ?? 1) - 1;
    if (pages > 0) this.#perSession.set(sessionId, pages);
    else this.#perSession.delete(sessionId);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One after another: after a change of everybody at once, thousands of checks must not crowd out the requests. */
  async #look(): Promise<void> {
    this.#soon = false;
    if (this.#checking) return;
    this.#checking = true;
    const beat = performance.now() - this.#lastBeat >= beatMs;
    if (beat) this.#lastBeat = performance.now();
    try {
      let looked = 0;
      for (const page of this.#open) {
        if (++looked % pagesAtOnce === 0) await setImmediate();
        const result = await this.#web.sessions.check(page.token, 'user');
        if (!result.in) page.end(result.because);
        else if (beat) page.res.write(': still here\n\n');
      }
    } catch (error) {
      // Nobody is put out by a database that cannot be asked; the next look comes in a second.
      this.#web.ground.log.error({ error }, 'open pages could not be checked');
    } finally {
      this.#checking = false;
    }
  }
}

/** Says that it is over and closes; before the answer has begun, the check that follows says it. */
function over(res: ServerResponse, because: string): void {
  if (!res.headersSent || res.writableEnded) return;
  res.end(`event: over\ndata: ${JSON.stringify({ because, text: overText(because) })}\n\n`);
}
