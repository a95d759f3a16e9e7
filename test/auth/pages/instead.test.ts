import assert from 'node:assert/strict';
import { ConnectionTable } from '../../../src/auth/connectors/openid/connection.entity.ts';
import { testCompany } from '../../support/company.ts';
import { type RogueProvider, startRogueProvider } from '../../support/rogue-provider.ts';
import type { Visitor } from '../../support/visitor.ts';
import { setStage, signIn, type Stage, whoIsIn } from './support.ts';

describe('a link from elsewhere that signs in at another account', () => {
  let stage: Stage;
  let evil: RogueProvider;
  let path: string;
  let rosa: Visitor;
  before(async () => {
    stage = await setStage();
    evil = await startRogueProvider();
    const company = await testCompany(stage.carillon.house, 'evil.example', evil);
    evil.subject.email = 'mallory@evil.example';
    await company.member('mallory', 'Pro', evil.subject.sub);
    path = `/auth/okta/${company.scope.connectionId}`;
    rosa = stage.carillon.visitor();
    assert.match((await signIn(rosa)).url, /\/me$/);
  });
  after(async () => {
    await stage.stop();
    await evil.close();
  });

  const session = async (): Promise<Record<string, unknown>> =>
    JSON.parse((await rosa.send('/session')).body) as Record<string, unknown>;

  it('puts nobody out who did not say so', async () => {
    const before = await session();
    const page = await rosa.open(`${path}?target_link_uri=${encodeURIComponent(`${stage.carillon.url}/me`)}`);
    assert.equal(page.title, 'You are signed in already');
    assert.ok(page.text.includes('rosa.rogue@acme.example'), page.text);
    assert.ok(page.text.includes(new URL(evil.issuer).host));
    assert.equal((await rosa.post(path, { target: '/me' })).status, 403, 'and not without the form');
    assert.deepEqual(await session(), before);
    assert.equal((await whoIsIn(stage)).sessions, 1);
  });

  it('asks nobody whom it leads to their own account', async () => {
    const { id } = (await stage.carillon.house.ground.db.read.findOneBy(ConnectionTable, {
      accountId: stage.company.scope.accountId,
    }))!;
    assert.match((await rosa.open(`/auth/okta/${id}`)).url, /\/me$/);
    assert.equal((await session())['userId'], stage.userId);
  });

  it('leads on whoever says yes', async () => {
    const page = await rosa.open(path);
    const sent = await rosa.post(path, page.fields(path));
    assert.match((await rosa.follow(sent)).url, /\/me$/);
    assert.notEqual((await session())['userId'], stage.userId);
  });
});
