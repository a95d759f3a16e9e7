import assert from 'node:assert/strict';
import { clock } from '../../../src/platform/clock/clock.ts';
import { sayNo } from '../../../src/users/lifecycle/causes.ts';
import { signOutUser } from '../../../src/users/lifecycle/administer.ts';
import { unmapGroup } from '../../../src/directory/groups/mappings.ts';
import { firstRow } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { until } from '../../support/until.ts';
import type { Visitor } from '../../support/visitor.ts';
import { setStage, signIn, type Stage, trailOf } from './support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

/** An open page: what it has heard so far, and whether it was closed. */
async function listen(visitor: Visitor): Promise<{ text: () => string; closed: () => boolean; leave: () => void }> {
  const abort = new AbortController();
  const cookie = `carillon_session=${visitor.jar().get('carillon_session')}`;
  const reply = await fetch(`${visitor.home}/session/events`, { headers: { cookie }, signal: abort.signal });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  let text = '';
  let closed = false;
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of reply.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  };
  read()
    .catch(() => undefined)
    .finally(() => (closed = true));
  await until(() => text.includes('event: hello'));
  return { text: () => text, closed: () => closed, leave: () => abort.abort() };
}

const session = async (who: Visitor): Promise<{ status: number; because: string | undefined }> => {
  const { status, body } = await who.send('/session');
  return { status, because: (JSON.parse(body) as { because?: string }).because };
};

describeOnEachEngine('auth pages: out', () => {
  let stage: Stage;
  let visitor: Visitor;
  beforeEach(async () => {
    stage = await setStage();
    visitor = stage.carillon.visitor();
    await signIn(visitor);
  });
  afterEach(async () => {
    clock.reset();
    await stage.stop();
  });

  it('deactivated: refused from the commit on, and every open page hears it', async () => {
    const { ground } = stage.carillon.house;
    const pages = [await listen(visitor), await listen(visitor)];
    await ground.db.write((m) => sayNo(ground, m, { ...stage.company.scope, id: stage.userId }, 'directory', 'test'));
    assert.deepEqual(await session(visitor), { status: 401, because: 'directory' });
    await until(() => pages.every((page) => page.closed()));
    for (const page of pages)
      assert.match(
        page.text(),
        /event: over\ndata: \{"because":"directory","text":"Your company’s directory has deact/,
      );

    const me = await visitor.send('/me');
    assert.equal(me.status, 401);
    assert.match(me.body, /directory has deactivated your access/);
    assert.equal(visitor.jar().has('carillon_session'), false);
    assert.equal((await visitor.send('/me')).status, 303);
    const receipt = await until(() =>
      firstRow<{ streams: number }>(ground.db.read, sql`SELECT * FROM "receipts" WHERE "userId" = ${stage.userId}`),
    );
    assert.equal(receipt.streams, 2);
  });

  it('says why, for each cause', async () => {
    const { carillon, company, userId } = stage;
    const { ground } = carillon.house;
    await signOutUser(ground, company.scope, userId);
    assert.match((await visitor.send('/me')).body, /signed out by an administrator/);
    await signIn(visitor);
    const mapping = await firstRow<{ id: string }>(ground.db.read, sql`SELECT "id" FROM "tier_mappings"`);
    await unmapGroup(ground, company.scope, mapping?.id ?? '');
    assert.match((await visitor.send('/me')).body, /no longer in a group/);
  });

  it('hears the end by time', async () => {
    const page = await listen(visitor);
    clock.advance(13 * 3_600_000);
    await until(() => page.closed());
    assert.match(page.text(), /"because":"expired"/);
    assert.deepEqual(await session(visitor), { status: 401, because: 'expired' });
    assert.match((await visitor.send('/me')).body, /has reached its end/);
  });

  it('signs out one device and leaves the other', async () => {
    const phone = stage.carillon.visitor(
      'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Safari/604.1',
    );
    await signIn(phone);
    const page = await listen(phone);
    const me = await visitor.send('/me');
    assert.match(me.body, /Safari on iPhone/);
    const { sessionId } = JSON.parse((await phone.send('/session')).body) as { sessionId: string };
    const answer = await visitor.postFrom('/me', `/me/devices/${sessionId}/sign-out`);
    assert.equal(answer.headers.get('location'), '/me');
    await until(() => page.closed());
    assert.match(page.text(), /signedOutElsewhere/);
    assert.equal((await session(phone)).status, 401);
    assert.equal((await session(visitor)).status, 200);
    assert.equal((await trailOf(stage, 'EndSession')).length, 1);
    assert.equal((await visitor.postFrom('/me', `/me/devices/${sessionId}/sign-out`)).status, 404);
  });

  it('signs out here, and everywhere else', async () => {
    const others = [stage.carillon.visitor(), stage.carillon.visitor()];
    for (const other of others) await signIn(other);
    await visitor.postFrom('/me', '/me/sign-out-elsewhere');
    for (const other of others) assert.equal((await session(other)).status, 401);
    assert.equal((await session(visitor)).status, 200);
    const left = await visitor.follow(await visitor.postFrom('/me', '/me/sign-out'));
    assert.match(left.body, /signed out on this device/);
    assert.deepEqual(await session(visitor), { status: 401, because: 'none' });
    assert.equal((await trailOf(stage, 'SignOut')).length, 1);
    assert.equal((await trailOf(stage, 'EndOtherSessions')).length, 1);
  });

  it("does not sign out anybody else's device, nor without the token", async () => {
    const { provider, company, carillon } = stage;
    await company.member('mallory', 'Basic', 'sub-mallory');
    const { sessionId } = JSON.parse((await visitor.send('/session')).body) as { sessionId: string };
    Object.assign(provider.subject, { sub: 'sub-mallory', email: 'mallory@acme.example' });
    const mallory = carillon.visitor();
    await signIn(mallory);
    assert.equal((await mallory.postFrom('/me', `/me/devices/${sessionId}/sign-out`)).status, 404);
    const body = new URLSearchParams();
    assert.equal((await visitor.send('/me/sign-out', { method: 'POST', body })).status, 403);
    assert.equal((await session(visitor)).status, 200);
  });

  it('tells other sites nothing', async () => {
    for (const path of ['/session', '/session/events'])
      for (const site of ['cross-site', 'same-site']) {
        const answer = await visitor.send(path, { headers: { 'sec-fetch-site': site } });
        assert.equal(answer.status, 403);
        assert.equal(answer.headers.get('access-control-allow-origin'), null);
      }
    assert.equal((await stage.carillon.visitor().send('/session/events')).status, 401);
    const foreign = stage.carillon.visitor();
    foreign.jar().set('carillon_session', 'x'.repeat(43));
    assert.deepEqual(await session(foreign), { status: 401, because: 'unknown' });
  });

  it('asks the database nothing while nothing changes', async () => {
    await session(visitor);
    const { read } = stage.carillon.house.ground.db;
    const queries = read.query.bind(read);
    let asked = 0;
    const findOneBy = read.findOneBy.bind(read);
    Object.assign(read, {
      query: (...args: Parameters<typeof read.query>) => (asked++, queries(...args)),
      findOneBy: (...args: Parameters<typeof read.findOneBy>) => (asked++, findOneBy(...args)),
    });
    for (let i = 0; i < 5; i++) assert.equal((await session(visitor)).status, 200);
    assert.equal(asked, 0);
  });

  it('keeps the number of open pages bounded, and lets the server stop without saying it is over', async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, () => listen(visitor)));
    const cookie = `carillon_session=${visitor.jar().get('carillon_session')}`;
    const events = (): Promise<Response> => fetch(`${visitor.home}/session/events`, { headers: { cookie } });
    assert.equal((await events()).status, 429);
    pages[0]?.leave();
    await until(async () => {
      const reply = await events();
      void reply.body?.cancel();
      return reply.status === 200;
    });
    await stage.carillon.stop();
    await until(() => pages.every((page) => page.closed()));
    for (const page of pages) assert.doesNotMatch(page.text(), /event: over/);
    stage = await setStage();
  });
});
