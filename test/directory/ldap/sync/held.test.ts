import assert from 'node:assert/strict';
import { keep } from '../../../../src/directory/ldap/sync/state/states.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { paperStage } from './paper-stage.ts';

describeOnEachEngine('people whom the guard of a directory holds', () => {
  const stage = paperStage();
  const { poll, mayIn, map, many, state, wantWhole, held } = stage;

  it('wait no longer when a change gives their memberships back, without a whole read', async () => {
    const { paper } = stage.now();
    const guids = many(60);
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    paper.group('Pros', guids.slice(50));
    await poll();
    assert.equal((await held()).length, 50);
    paper.group('Pros', guids);
    await poll();
    assert.deepEqual(await held(), []);
    assert.equal((await state()).heldAt, null);
    assert.equal(await mayIn('p7'), true);
  });

  it('wait on when only another group of theirs was changed, and those whom that one lost are out at once', async () => {
    const { paper } = stage.now();
    const guids = many(60);
    paper.group('Pros', guids);
    paper.group('Few', [paper.person('eve').guid, paper.person('kim').guid]);
    await map('Pros');
    await map('Few');
    await poll();
    paper.group('Pros', guids.slice(50));
    await poll();
    paper.person('new');
    await poll(); // the last change is read once more
    paper.group('Few', ['guid-kim']);
    await poll();
    assert.equal(await mayIn('eve'), false);
    assert.equal(await mayIn('p7'), true);
    assert.equal((await held()).length, 50);
  });

  it('are looked for again within minutes, although no change is to be seen', async () => {
    const { house, acme, paper } = stage.now();
    paper.group('Pros', many(60));
    await map('Pros');
    await poll();
    stage.between = (reader) => ({ ...reader, group: async () => null });
    await wantWhole();
    await poll();
    assert.equal((await held()).length, 60);
    stage.between = null; // the service account may read the group again
    await poll();
    assert.equal((await held()).length, 60);
    const fullAt = (await state()).fullAt! - 61_000;
    await keep(house.ground, acme.scope.connectionId, { fullAt, fullWantedAt: null });
    await poll();
    assert.deepEqual(await held(), []);
    assert.equal(await mayIn('p7'), true);
  });
});
