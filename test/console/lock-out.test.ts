import assert from 'node:assert/strict';
import type { Visitor } from '../support/visitor.ts';
import { organisationOf, password, type Running, signedIn, signIn, startConsole } from './support.ts';

const path = '/console/sign-in';

describe('console: guessing a password', function () {
  this.timeout(120_000);
  let running: Running;
  let owner: Visitor;
  let organisationId: string;
  before(async () => {
    running = await startConsole({ trustedProxies: ['127.0.0.1'] });
    owner = await signedIn(running);
    organisationId = await organisationOf(running);
    await (await owner.get('/console')).submit('/console/sign-out');
  });
  after(() => running.stop());

  /** A thousand guesses over a hundred addresses; gives their statuses. */
  async function flood(userName: string): Promise<Map<number, number>> {
    const stranger = running.visitor();
    const { csrf } = await stranger.get(path);
    const statuses = new Map<number, number>();
    const guess = async (i: number): Promise<void> => {
      const fields = { csrf, target: '/console', organisationId, userName, password: `guess ${i}` };
      const answer = await stranger.post(path, fields, { 'x-forwarded-for': `198.51.100.${i % 100}` });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    };
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < 1000) await guess(next++);
    };
    await Promise.all(Array.from({ length: 25 }, lane));
    return statuses;
  }

  it('is slowed over all addresses, alike for names that exist and do not, while the owner’s browser gets in', async () => {
    const flooding = flood('ada');
    const during = await signIn(owner, organisationId);
    assert.equal(during.title, 'Accounts');
    const real = await flooding;
    const none = await flood('nobody');
    for (const statuses of [real, none]) {
      assert.equal([...statuses.keys()].toSorted((a, b) => a - b).join(' '), '401 429');
      assert.ok((statuses.get(401) ?? 0) <= 100, 'few of them were looked at');
      assert.equal((statuses.get(401) ?? 0) + (statuses.get(429) ?? 0), 1000);
    }
    const elsewhere = await signIn(running.visitor(), organisationId);
    assert.equal(elsewhere.status, 429, 'a browser that nobody knows waits');
    await during.submit('/console/sign-out');
    assert.equal((await signIn(owner, organisationId)).title, 'Accounts');
  });

  it('counts a known browser too, by itself', async () => {
    await (await owner.get('/console')).submit('/console/sign-out');
    const page = await owner.get(path);
    const statuses: number[] = [];
    for (let i = 0; i < 14; i += 1) {
      statuses.push((await page.submit(path, { organisationId, userName: 'ada', password: 'wrong wrong' })).status);
    }
    assert.equal(statuses.at(-1), 429);
    assert.ok(statuses.filter((status) => status === 401).length <= 10);
    const other = running.visitor();
    other.jar().set('carillon_device', 'somebody-made-this-up-000000000000000000000');
    assert.equal((await signIn(other, organisationId, 'ada', password)).status, 429, 'no other is known');
  });

  it('answers with the same bytes whoever was tried', async () => {
    const sizes = new Set<string>();
    for (const userName of ['bob', 'eve']) {
      const answer = await (
        await running.visitor().get(path)
      ).submit(path, { organisationId, userName, password: 'wrong wrong wrong' });
      sizes.add(`${answer.status} ${answer.text}`);
    }
    assert.equal(sizes.size, 1);
  });
});
