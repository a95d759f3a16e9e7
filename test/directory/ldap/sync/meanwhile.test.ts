import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { Meanwhile } from '../../../../src/directory/ldap/sync/meanwhile.ts';
import type { DirectoryReader } from '../../../../src/directory/ldap/sync/reader.ts';
import type { Cursor } from '../../../../src/directory/ldap/sync/state/state.entity.ts';
import { keep } from '../../../../src/directory/ldap/sync/state/states.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import type { Company } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { until } from '../../../support/until.ts';
import type { PaperDirectory } from './paper-directory.ts';
import { paperStage } from './paper-stage.ts';

describeOnEachEngine('what changes while a directory is read', () => {
  const stage = paperStage();
  const { apart, poll, user, mayIn, map, many, state, wantWhole, held } = stage;
  let [house, acme, paper] = [{} as House, {} as Company, {} as PaperDirectory];
  beforeEach(async () => {
    ({ house, acme, paper } = stage.now());
    const guids = [...many(250), paper.person('ada').guid, paper.person('bob').guid];
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
  });
  afterEach(() => clock.reset());

  /**
   * At the next poll `meanwhile` is called behind the first page of its read of everybody, and what it gives behind the next.
   * @param look what is special about the readers of its looks
   */
  function during(
    kind: 'people' | 'guids',
    meanwhile: () => Promise<() => Promise<void>>,
    look?: Parameters<typeof apart>[1],
  ): { isDone: boolean } {
    const seen = { isDone: false };
    const outer = (reader: DirectoryReader): Partial<DirectoryReader> => ({
      [kind]: async function* (): AsyncGenerator<unknown[]> {
        // As a server gives them that has read all of it by now.
        const pages: unknown[][] = [];
        for await (const page of reader[kind]()) pages.push(page);
        const [first, second, ...others] = pages;
        yield first!;
        const behind = await meanwhile();
        yield second!;
        await behind();
        seen.isDone = true;
        yield* others;
      },
    });
    apart(outer, look);
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

  const lost = (): never => {
    throw new Error('connection lost');
  };
  const failsBehind = (): Partial<DirectoryReader> => ({ changedGroups: async () => lost() });
  /** Whoever is asked for once more is not there either. */
  const nobodyThere = (reader: DirectoryReader): Pick<DirectoryReader, 'existing'> => ({
    existing: async (kind, guids) => (kind === 'group' ? reader.existing(kind, guids) : new Set<string>()),
  });
  async function inside(): Promise<number> {
    const all = await Promise.all(Array.from({ length: 250 }, (_, i) => mayIn(`p${i}`)));
    return all.filter(Boolean).length;
  }

  it('takes back no no of a look that failed behind it', async () => {
    await wantWhole();
    const { epoch } = (await user('ada'))!;
    const disable = async () => {
      paper.person('ada', { disabled: true });
      return async () => assert.equal(await mayIn('ada'), false);
    };
    const seen = during('people', disable, failsBehind);
    await poll();
    assert.ok(seen.isDone);
    assert.equal(await mayIn('ada'), false);
    assert.equal((await user('ada'))!.epoch, epoch + 1, 'out once');
    assert.equal((await state()).failingSince, null);
  });

  it('holds nobody who was made by a look that failed behind it', async () => {
    wantScan();
    const add = async () => {
      for (let i = 0; i < 60; i++) paper.person(`new${i}`);
      return async () => assert.ok(await user('new59'));
    };
    const seen = during('guids', add, failsBehind);
    await poll();
    assert.ok(seen.isDone);
    assert.deepEqual(await held(), []);
  });

  it('is tried again where one look has failed', async () => {
    wantScan();
    const disable = async () => {
      paper.person('ada', { disabled: true });
      return async () => assert.equal(await mayIn('ada'), false);
    };
    const seen = during('guids', disable, (_reader, place) => (place === 1 ? lost() : {}));
    await poll();
    assert.ok(seen.isDone);
  });

  it('is not looked at beside a read of another server, by whose count the polls go on', async () => {
    const another: Partial<DirectoryReader> = {
      position: async () => ({ server: 'another', position: '500', context: '500' }),
      changedPeople: async function* () {},
      changedGroups: async () => [],
    };
    paper.person('ada', { title: 'Boss' });
    // It says no to ada; the server of before does not yet, and has another change of hers.
    apart((reader) => ({
      ...another,
      people: async function* () {
        for await (const page of reader.people()) {
          yield page.map((person) => (person.guid === 'guid-ada' ? { ...person, disabled: true } : person));
        }
      },
    }));
    await poll();
    assert.equal((await state()).cursor?.server, 'another');
    assert.equal(await mayIn('ada'), false);
  });

  it('is not looked at where nothing was read of late: the read itself gives it', async () => {
    await keep(house.ground, acme.scope.connectionId, { readAt: clock.now() - 120_000 });
    await wantWhole();
    let looks = 0;
    apart(
      () => ({}),
      () => {
        looks++;
        return {};
      },
    );
    await poll();
    assert.equal(looks, 0);
  });

  it('is not written by a process that has lost the lease between two pages', async () => {
    await wantWhole();
    const { cursor } = await state();
    during('people', async () => {
      await keep(house.ground, acme.scope.connectionId, { leaseBy: 'another', leaseUntil: clock.now() + 60_000 });
      paper.person('ada', { disabled: true });
      return async () => undefined;
    });
    await poll();
    assert.equal(await mayIn('ada'), true);
    assert.deepEqual((await state()).cursor, cursor);
    assert.equal((await state()).failingSince, null);
  });

  it('lets those go on waiting of whom it has found nothing', async () => {
    const without60 = (reader: DirectoryReader): Partial<DirectoryReader> => ({
      ...nobodyThere(reader),
      people: async function* () {
        const rest = [...paper.people.values()].slice(60);
        yield rest.slice(0, 100);
        if ((await held()).length > 0) for (let i = 0; i < 30; i++) paper.person(`p${i}`, { title: 'back' });
        yield rest.slice(100);
      },
    });
    await wantWhole();
    apart(without60);
    await poll();
    assert.equal((await held()).length, 60);
    await wantWhole();
    apart(without60);
    await poll();
    assert.equal((await held()).length, 30);
    assert.equal(await inside(), 250);
  });

  for (const kind of ['people', 'guids'] as const)
    it(`waits for an administrator when a group has lost too many (${kind})`, async () => {
      if (kind === 'people') await wantWhole();
      else wantScan();
      const all = [...paper.groups.get('group-Pros')!.members];
      const seen = during(kind, async () => {
        paper.group('Pros', all.slice(60));
        return async () => assert.equal((await held()).length, 60);
      });
      await poll();
      assert.ok(seen.isDone);
      stage.between = null;
      await poll();
      assert.equal((await held()).length, 60);
      assert.equal(await inside(), 250);
    });

  it('is looked at once more behind the last page, which may be newer than the look before', async () => {
    const looks: string[] = [];
    const at = (position: string): Cursor => ({ server: 'paper', position, context: position });
    const look = async ({ position }: Cursor): Promise<Cursor> => {
      looks.push(position);
      return at(`${Number(position) + 1}`);
    };
    const read = async (everyMs: number): Promise<void> => {
      const pages = new Meanwhile(at('1'), everyMs, look).between(
        (async function* () {
          yield* [1, 2];
        })(),
      );
      for await (const page of pages) assert.ok(page);
    };
    await read(0);
    assert.deepEqual(looks, ['1', '2', '3']);
    await read(60_000);
    assert.equal(looks.length, 3, 'none where none was due');
  });

  it('is made up for by another scan when one has failed, although nothing changes', async () => {
    const { cursor } = await state();
    paper.delete('guid-ada');
    let fails = 1;
    stage.between = (reader) => ({
      ...reader,
      position: async () => cursor!,
      guids: async function* () {
        if (fails-- > 0) lost();
        yield* reader.guids();
      },
    });
    await poll();
    assert.notEqual((await state()).failingSince, null);
    await until(async () => {
      await poll();
      return !(await mayIn('ada'));
    });
  });

  it('is found by the next poll where it cannot be looked at beside the read', async () => {
    wantScan();
    const disable = async () => {
      paper.person('ada', { disabled: true });
      return async () => assert.equal(await mayIn('ada'), true);
    };
    const seen = during('guids', disable, lost);
    await poll();
    assert.ok(seen.isDone);
    assert.equal((await state()).failingSince, null);
    stage.between = null;
    await poll();
    assert.equal(await mayIn('ada'), false);
  });
});
