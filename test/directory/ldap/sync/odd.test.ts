import assert from 'node:assert/strict';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { until } from '../../../support/until.ts';
import type { PaperDirectory } from './paper-directory.ts';
import { paperStage } from './paper-stage.ts';

describeOnEachEngine('following a directory that goes wrong little by little, or says odd things', () => {
  let paper: PaperDirectory;
  const stage = paperStage();
  const { poll, user, mayIn, map, many, state, wantWhole, held } = stage;
  beforeEach(() => {
    ({ paper } = stage.now());
  });
  afterEach(() => clock.reset());

  it('security check 26: counts those who went a moment ago with those who would go next, as long as they are not back', async () => {
    const guids = many(60);
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
    paper.group('Pros', guids.slice(15));
    await poll();
    assert.equal(await mayIn('p0'), false);
    for (const guid of guids.slice(15, 25)) paper.people.delete(guid);
    paper.changes++;
    await wantWhole();
    await poll();
    assert.deepEqual([await mayIn('p15'), (await held()).length], [true, 10]);
    paper.group('Pros', guids);
    await poll();
    await wantWhole();
    await poll();
    assert.deepEqual(
      [await mayIn('p0'), await mayIn('p15'), await held()],
      [true, false, []],
      'who is back does not count',
    );
    clock.advance(601_000);
    for (const guid of guids.slice(25, 40)) paper.people.delete(guid);
    await wantWhole();
    await poll();
    assert.deepEqual([await mayIn('p26'), await held()], [false, []], 'nor who went long ago');
    clock.reset();
  });

  it('security check 26: holds those with a tier when most of them would go, however many others the directory has', async () => {
    const guids = many(600);
    paper.group('Pros', guids.slice(0, 25));
    await map('Pros');
    await poll();
    paper.group('Pros', []);
    await poll();
    assert.deepEqual([await mayIn('p0'), (await held()).length], [true, 25]);
    paper.group('Pros', guids.slice(0, 25));
    await poll();
    for (const guid of guids.slice(0, 25)) paper.people.delete(guid);
    paper.changes++;
    await wantWhole();
    await poll();
    assert.deepEqual([await mayIn('p0'), (await held()).length], [true, 25]);
  });

  it('goes on when a clock that was ahead is put right: what is wanted is done, once', async () => {
    const ada = paper.person('ada').guid;
    paper.group('Pros', [ada]);
    await map('Pros');
    clock.advance(7_200_000);
    await wantWhole();
    await poll();
    clock.reset();
    paper.people.delete(ada);
    paper.person('bob');
    await wantWhole();
    await poll();
    const { fullAt, fullWantedAt, readAt } = await state();
    const now = clock.now();
    assert.ok([fullAt, fullWantedAt, readAt].every((at) => at !== null && at <= now));
    assert.ok(await user('bob'));
    let whole = 0;
    stage.between = (reader) => ({
      ...reader,
      people: () => {
        whole++;
        return reader.people();
      },
    });
    await until(async () => {
      await poll();
      return (await state()).fullAt! > fullWantedAt!;
    });
    whole = 0;
    await poll();
    assert.equal(whole, 0);
  });

  it('tells what a directory says, whatever is in its words', async () => {
    stage.between = () => {
      throw new Error('80090308: LdapErr: data 775, v3839\0\n');
    };
    await poll();
    const { failingSince, errorDetail } = await state();
    assert.notEqual(failingSince, null);
    assert.match(errorDetail!, /data 775, v3839$/);
  });

  it('takes an entry that comes twice in one page for one', async () => {
    paper.group('Pros', [paper.person('ada').guid]);
    await map('Pros');
    stage.between = (reader) => ({
      ...reader,
      people: async function* () {
        for await (const page of reader.people())
          yield [...page.map((one) => ({ ...one, displayName: 'before' })), ...page];
      },
    });
    await poll();
    assert.equal((await state()).errorCode, null);
    assert.deepEqual([await mayIn('ada'), (await user('ada'))!.displayName], [true, 'ada']);
  });
});
