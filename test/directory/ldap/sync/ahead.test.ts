import assert from 'node:assert/strict';
import { oneAhead } from '../../../../src/directory/ldap/sync/ahead.ts';

describe('pages that are asked for one ahead', () => {
  const log: string[] = [];
  beforeEach(() => log.splice(0));

  async function* pages(count: number, failsAt = Infinity): AsyncGenerator<number> {
    try {
      for (let i = 0; i < count; i++) {
        log.push(`asked ${i}`);
        if (i === failsAt) throw new Error('away');
        yield i;
      }
    } finally {
      log.push('over');
    }
  }
  async function dealWith(all: AsyncIterable<number>, stopAt = Infinity): Promise<void> {
    for await (const page of oneAhead(all)) {
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`done ${page}`);
      if (page === stopAt) throw new Error('stopped');
    }
  }

  it('come in their order, each once, the next one while one is dealt with', async () => {
    await dealWith(pages(3));
    assert.deepEqual(log, ['asked 0', 'asked 1', 'done 0', 'asked 2', 'done 1', 'over', 'done 2']);
  });

  it('fail when the turn of what failed comes, after what came before it', async () => {
    await assert.rejects(dealWith(pages(3, 1)), /away/);
    assert.deepEqual(log, ['asked 0', 'asked 1', 'over', 'done 0']);
  });

  it('are over when whoever deals with them stops', async () => {
    await assert.rejects(dealWith(pages(9), 1), /stopped/);
    assert.deepEqual(log, ['asked 0', 'asked 1', 'done 0', 'asked 2', 'done 1', 'over']);
  });
});
