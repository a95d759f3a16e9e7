import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { approveHeld, heldShown } from '../../../../src/directory/ldap/sync/approve.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { CarillonError } from '../../../../src/platform/errors/errors.ts';
import type { Company } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import type { PaperDirectory } from './paper-directory.ts';
import { paperStage } from './paper-stage.ts';

describeOnEachEngine('following a directory that is no more as it was seen', () => {
  let house: House;
  let acme: Company;
  let paper: PaperDirectory;
  const stage = paperStage();
  const { poll, user, mayIn, map, many, state, wantWhole } = stage;
  beforeEach(() => {
    ({ house, acme, paper } = stage.now());
  });
  afterEach(() => clock.reset());

  it('reads the whole of a directory whose own stamps have gone back', async () => {
    let stamp = '20260301120005Z';
    stage.between = (reader) => ({
      ...reader,
      position: async () => ({ server: 'paper', position: stamp, context: null }),
    });
    paper.person('ada');
    await poll();
    paper.person('bob');
    await poll();
    assert.equal(await user('bob'), null, 'no change that its stamps tell of');
    stamp = '20260301120000Z';
    await poll();
    assert.notEqual(await user('bob'), null);
    assert.equal((await state()).cursor?.position, stamp);
  });

  it('security check 26: tells whoever approves an older list what has become of it, by the list’s own name', async () => {
    const guids = many(200);
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    for (const guid of guids.slice(0, 21)) paper.delete(guid);
    await poll();
    const { db } = house.ground;
    const seen = await heldShown(db.read, acme.scope);
    assert.deepEqual(await heldShown(db.read, acme.scope), seen, 'the same list has the same name');
    clock.advance(1_000);
    paper.delete('guid-p30');
    paper.person('p3');
    paper.group('Pros', [...paper.groups.get('group-Pros')!.members, 'guid-p3']);
    await wantWhole();
    await poll();
    await assert.rejects(approveHeld(house.ground, acme.scope, 'root', seen), (error) => {
      assert.ok(error instanceof CarillonError && error.code === 'directory.heldChanged');
      assert.match(
        error.message,
        /1 person came onto the list \(p30@acme\.example\), and 1 person left it\. There are 21/,
      );
      return true;
    });
    await assert.rejects(approveHeld(house.ground, acme.scope, 'root', { digest: 'nonsense' }), {
      message: /^This is not the list as it is now\. There are 21 people/,
    });
    assert.equal(await mayIn('p0'), true);
  });
});
