import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { approveHeld, heldShown } from '../../../../src/directory/ldap/sync/approve.ts';
import type { Company } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import type { PaperDirectory } from './paper-directory.ts';
import { paperStage } from './paper-stage.ts';

describeOnEachEngine('a directory that does not return those who matter', () => {
  let house: House;
  let acme: Company;
  let paper: PaperDirectory;
  const stage = paperStage();
  const { apart, poll, mayIn, map, many, wantWhole, held } = stage;
  beforeEach(() => {
    ({ house, acme, paper } = stage.now());
  });

  it('security check 26: changes nothing for anyone when of those with a tier nobody is returned, whoever else is', async () => {
    paper.group('Pros', many(3));
    await map('Pros');
    const mailless = { mail: null, addresses: [] };
    paper.person('printer', mailless);
    await poll();
    // As with a base DN of another part of the directory, which has people of its own.
    for (const guid of [...paper.people.keys()].filter((each) => each !== 'guid-printer')) paper.people.delete(guid);
    paper.person('scanner', mailless);
    paper.person('elsewhere');
    await poll();
    assert.equal(await mayIn('p0'), true);
    assert.equal((await held()).length, 3);
    paper.groups.get('group-Pros')!.members = ['guid-printer', 'guid-elsewhere'];
    await wantWhole();
    await poll();
    assert.equal(await mayIn('p0'), true);
    assert.equal(await mayIn('elsewhere'), true);
    assert.equal((await held()).length, 3);
  });

  it('security check 26: whoever waits because their entry was not returned loses no membership by the same read', async () => {
    const guids = many(40);
    paper.group('Pros', guids.slice(0, 18));
    await map('Pros');
    await poll();
    for (const guid of guids.slice(0, 30)) if (guid !== guids[5]) paper.people.delete(guid);
    paper.groups.get('group-Pros')!.members = [guids[5]!];
    await wantWhole();
    for (let times = 0; times < 3; times++) {
      await poll();
      assert.equal(await mayIn('p0'), true);
      assert.equal((await held()).length, 29);
    }
    await approveHeld(house.ground, acme.scope, 'root', await heldShown(house.ground.db.read, acme.scope));
    await poll();
    assert.deepEqual([await mayIn('p0'), await mayIn('p5')], [false, true]);
    assert.deepEqual(await held(), []);
  });

  /** So few that all of them could go at once; and a look finds one of them while the others are not returned. */
  async function small(): Promise<void> {
    const guids = [...many(14), paper.person('ada').guid];
    paper.group('Pros', guids);
    await map('Pros');
    await poll();
  }
  /** The next read of everybody gives these alone, and whoever is asked for once more is not there either. */
  const gives = (kind: 'people' | 'guids', page: unknown[]): void =>
    apart((reader) => ({
      existing: async (of, guids) => (of === 'group' ? reader.existing(of, guids) : new Set<string>()),
      [kind]: async function* () {
        paper.person('ada', { title: 'Chief' });
        yield page;
      },
    }));
  const stayIn = async (): Promise<void> => {
    for (let i = 0; i < 14; i++) assert.equal(await mayIn(`p${i}`), true);
  };

  it('security check 26: returns nobody by an empty scan, whom a look has found meanwhile', async () => {
    await small();
    paper.person('p1', { title: 'Clerk' });
    gives('guids', []);
    await poll();
    await stayIn();
  });

  it('security check 26: returns nobody by an empty read, or one of others, whom a look has found meanwhile', async () => {
    const printer = paper.person('printer');
    await small();
    for (const page of [[], [printer]]) {
      await wantWhole();
      gives('people', page);
      await poll();
      await stayIn();
    }
  });
});
