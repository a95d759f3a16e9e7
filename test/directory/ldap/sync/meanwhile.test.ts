import assert from 'node:assert/strict';
import type { DirectoryReader } from '../../../../src/directory/ldap/sync/reader.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import type { PaperDirectory } from './paper-directory.ts';
import { paperStage } from './paper-stage.ts';

describeOnEachEngine('what changes while a directory is read', () => {
  const stage = paperStage();
  const { poll, user, mayIn, map, many, state, wantWhole } = stage;
  let paper: PaperDirectory;
  beforeEach(async () => {
    ({ paper } = stage.now());
    const guids = [...many(250), paper.person('ada').guid, paper.person('bob').guid];
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
  });
  afterEach(() => clock.reset());

  /** From here on `meanwhile` is called behind the first page of a read of everybody, and what it gives behind the next. */
  function during(kind: 'people' | 'guids', meanwhile: () => Promise<() => Promise<void>>): { isDone: boolean } {
    const seen = { isDone: false };
    stage.between = (reader) => ({
      ...reader,
      [kind]: async function* (): AsyncGenerator<unknown[]> {
        // As a server gives them that has read all of it by now.
        const pages: unknown[][] = [];
        for await (const page of reader[kind]()) pages.push(page);
        const [first, second, ...others] = pages;
        yield first!;
        const look = await meanwhile();
        yield second!;
        await look();
        seen.isDone = true;
        yield* others;
      },
    });
    return seen;
  }

  /** A scan of all guids at the next poll. */
  const wantScan = (): unknown => paper.person('bob', { title: 'Clerk' });

  it('puts out whom the directory disables while it is asked for all its guids', async () => {
    wantScan();
    const seen = during('guids', async () => {
      assert.equal(await mayIn('ada'), true);
      paper.person('ada', { disabled: true });
      return async () => assert.equal(await mayIn('ada'), false);
    });
    await poll();
    assert.ok(seen.isDone);
    assert.equal((await state()).failingSince, null);
  });

  it('puts out whom a group has no more, and lets in whom it has', async () => {
    paper.person('eve');
    wantScan();
    const all = [...paper.groups.get('group-Pros')!.members];
    const seen = during('guids', async () => {
      paper.group('Pros', [...all.filter((guid) => guid !== 'guid-ada'), 'guid-eve']);
      return async () => {
        assert.equal(await mayIn('ada'), false);
        assert.equal(await mayIn('eve'), true);
      };
    });
    await poll();
    assert.ok(seen.isDone);
  });

  it('takes back no no by a page that is older', async () => {
    await wantWhole();
    const { epoch } = (await user('ada'))!;
    const seen = during('people', async () => {
      paper.person('ada', { disabled: true });
      return async () => assert.equal(await mayIn('ada'), false);
    });
    await poll();
    assert.ok(seen.isDone);
    assert.equal(await mayIn('ada'), false);
    assert.equal((await user('ada'))!.epoch, epoch + 1, 'out once');
    stage.between = null;
    await poll();
    assert.equal((await user('ada'))!.epoch, epoch + 1);
    paper.person('ada', { disabled: false });
    await poll();
    assert.equal(await mayIn('ada'), true);
  });

  it('takes nobody for missing who came behind their page', async () => {
    wantScan();
    const all = [...paper.groups.get('group-Pros')!.members];
    const seen = during('guids', async () => {
      const fresh = Array.from({ length: 60 }, (_, i) => paper.person(`new${i}`).guid);
      paper.group('Pros', [...all, ...fresh]);
      return async () => assert.equal(await mayIn('new59'), true);
    });
    await poll();
    assert.ok(seen.isDone);
    assert.equal((await state()).heldAt, null);
    assert.equal(await mayIn('new0'), true);
  });

  it('puts out whose time is over meanwhile', async () => {
    const expiresAt = clock.now() + 60_000;
    paper.person('ada', { expiresAt });
    const seen = during('guids', async () => {
      clock.advance(60_001);
      return async () => assert.equal(await mayIn('ada'), false);
    });
    await poll();
    assert.ok(seen.isDone);
  });

  it('is found by the next poll where it cannot be looked at beside the read', async () => {
    wantScan();
    const seen = during('guids', async () => {
      paper.person('ada', { disabled: true });
      return async () => assert.equal(await mayIn('ada'), true);
    });
    const { between } = stage;
    let reads = 0;
    stage.between = (reader): DirectoryReader => {
      if (reads++ > 0) throw new Error('no more connections');
      return between!(reader);
    };
    await poll();
    assert.ok(seen.isDone);
    assert.equal((await state()).failingSince, null);
    stage.between = null;
    await poll();
    assert.equal(await mayIn('ada'), false);
  });
});
