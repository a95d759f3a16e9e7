import assert from 'node:assert/strict';
import { AccountTable } from '../../src/accounts/accounts/account.entity.ts';
import { lookAtScimKeys } from '../../src/cli/doctor/accounts.ts';
import { createScimKey, revokeScimKey } from '../../src/directory/scim/keys/keys.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { type Stage, startStage } from './support.ts';

const day = 24 * 60 * 60 * 1000;

describeOnEachEngine('carillon doctor at keys that end', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await startStage();
  });
  afterEach(async () => {
    clock.reset();
    await stage.stop();
  });

  it('warns a month before, and says when nothing can be pushed any more', async () => {
    const { house, company } = stage;
    const { ground } = house;
    const account = (await ground.db.read.findOneBy(AccountTable, { id: company.scope.accountId }))!;
    const found = async (): Promise<string[]> =>
      (await lookAtScimKeys(ground.db.read, account)).map(({ state, found: text }) => `${state}: ${text}`);
    const expires = new Date(clock.now() + 40 * day).toISOString();
    const { key } = await createScimKey(ground, company.scope, { name: 'Okta', expires });
    assert.deepEqual(await found(), []);
    clock.advance(11 * day);
    assert.match(
      (await found())[0]!,
      /^warn: SCIM keys of Acme end within 30 days: Okta \(\d{4}-\d\d-\d\dT\d\d:\d\dZ\)/,
    );
    clock.advance(30 * day);
    assert.deepEqual(await found(), ['fail: No directory can push to Acme: all its SCIM keys are over (Okta).']);
    await createScimKey(ground, company.scope, { name: 'Next' });
    assert.match((await found())[0]!, /^warn: SCIM keys of Acme are over: Okta/);
    await revokeScimKey(ground, company.scope, key.id);
    assert.deepEqual(await found(), []);
  });
});
