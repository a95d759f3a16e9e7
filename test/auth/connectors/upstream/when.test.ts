import assert from 'node:assert/strict';
import { provedLately } from '../../../../src/auth/credentials/signing-in/step-up.ts';
import { type Session, SessionTable } from '../../../../src/auth/sessions/session.entity.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import type { Page } from '../../../support/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { begin, openidInput, plainInput, registerBy, setUpstreamStage, signInBy, type UpstreamStage } from './stage.ts';

const seconds = (): number => Math.floor(Date.now() / 1000);

describeOnEachEngine('upstream: when somebody proved who they are', function () {
  this.timeout(60_000);
  let stage: UpstreamStage;
  beforeEach(async () => {
    stage = await setUpstreamStage({ signInRate: 1_000_000 });
  });
  afterEach(async () => {
    clock.reset();
    await stage.stop();
  });

  const newest = async (): Promise<Session> => {
    const { read } = stage.carillon.house.ground.db;
    const [found] = await read.find(SessionTable, { order: { createdAt: 'DESC', id: 'DESC' }, take: 1 });
    assert.ok(found);
    return found;
  };
  /** The last request to the provider's authorization endpoint. */
  const lastAsked = (name: string): string | undefined =>
    stage.provider.requests.findLast(({ path }) => path === '/authorize')?.query[name];
  /** From the sign-in page, asked for a proof that is so young. */
  async function provedWithin(visitor: Visitor, age: number): Promise<Page> {
    const page = await visitor.send(`/signin?${new URLSearchParams({ max_age: String(age) }).toString()}`);
    return visitor.follow(await visitor.post(begin('rogue'), page.fields(begin('rogue'))));
  }

  it('is as the provider says: what it saw long ago is no proof of this moment, and is told so', async () => {
    await stage.add(openidInput(stage));
    const old = seconds() - 5_000;
    stage.provider.set({ claims: { auth_time: old } });
    const visitor = stage.carillon.visitor();
    await registerBy(visitor);
    const session = await newest();
    assert.deepEqual([session.authTime, session.provedAt], [old * 1000, old * 1000]);
    assert.equal(provedLately(session), false);
    // What changes how they sign in asks for a proof of now, by the provider that can be asked for one.
    const asked = await visitor.open('/me/delete');
    assert.match(asked.text, /sign in again with Rogue/);
    const again = await visitor.get('/signin?target=%2Fme%2Fdelete&max_age=0');
    stage.provider.set({ claims: { auth_time: seconds() } });
    const back = await visitor.follow(await visitor.post(begin('rogue'), again.fields(begin('rogue'))));
    assert.equal(back.path, '/me/delete');
    assert.deepEqual([lastAsked('prompt'), lastAsked('max_age')], ['login', '0']);
    assert.equal(provedLately(await newest()), true);
  });

  it('is now for a provider whose protocol has no words for it', async () => {
    await stage.add({ ...plainInput(stage), vouches: 'yes' });
    const before = clock.now();
    await registerBy(stage.carillon.visitor(), 'plain');
    const { authTime, provedAt } = await newest();
    assert.equal(authTime, null);
    assert.ok((provedAt ?? 0) >= before);
  });

  it('asked for a young proof, a provider that says nothing of when, or shows an old one, lets nobody in', async () => {
    await stage.add(openidInput(stage));
    await registerBy(stage.carillon.visitor());
    const refused = async (age: number, claims: Record<string, unknown>): Promise<void> => {
      stage.provider.set({ claims });
      const visitor = stage.carillon.visitor();
      const page = await provedWithin(visitor, age);
      assert.match(page.text, /could not be trusted/, JSON.stringify({ age, claims }));
      assert.equal((await visitor.send('/session')).status, 401);
    };
    await refused(0, {});
    await refused(100, {});
    await refused(0, { auth_time: seconds() - 100 });
    await refused(100, { auth_time: seconds() - 500 });
    stage.provider.set({ claims: { auth_time: seconds() - 50 } });
    const visitor = stage.carillon.visitor();
    assert.equal((await provedWithin(visitor, 100)).path, '/me');
    assert.deepEqual([lastAsked('max_age'), lastAsked('prompt')], ['100', undefined]);
    stage.provider.set({});
    assert.equal((await signInBy(stage.carillon.visitor())).path, '/me', 'asked for nothing, it need say nothing');
  });

  it('stays what it was when the password is chosen anew', async () => {
    await stage.add(openidInput(stage));
    const old = seconds() - 5_000;
    stage.provider.set({ claims: { auth_time: old, amr: ['hwk'] } });
    await registerBy(stage.carillon.visitor());
    const session = await newest();
    const { ground, sessions } = stage.carillon.house;
    const principal = await sessions.principal('user', session.principalId);
    const renewed = await ground.db.write((m) => sessions.renew(m, session, principal!));
    assert.deepEqual([renewed?.session.authTime, renewed?.session.amr], [old * 1000, 'hwk']);
  });
});
