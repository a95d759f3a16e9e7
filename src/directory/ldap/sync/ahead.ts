/** The same pages, the next one asked for while one is dealt with: directory and database work at the same time. */
export async function* oneAhead<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  const from = pages[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<Page>> => {
    const asked = from.next();
    asked.catch(() => undefined); // told when its turn comes
    return asked;
  };
  try {
    for (let next = ask(); ;) {
      const { done, value } = await next;
      if (done) return;
      next = ask();
      yield value;
    }
  } finally {
    await from.return?.();
  }
}
