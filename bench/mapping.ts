// A group of 100,000 people is given a tier, another one, and none. Run: npm run bench -- mapping, or npm run bench:mapping [people]
import { changeTier, mapGroup, unmapGroup } from '../src/directory/groups/mappings.ts';
import { entitlement } from '../src/users/entitlement/entitlement.ts';
import { testCompany } from '../test/support/company.ts';
import { testConfig, testHouse } from '../test/support/house.ts';
import { onBoth, type Stand } from './databases.ts';
import { timed } from './load.ts';
import { joinAll, makeTwins } from './people.ts';
import { printLines } from './table.ts';
import { idOfTwin } from './twins.ts';

const [people = 100_000] = process.argv.slice(2).map(Number);
const rounds = 20;

async function measure({ name, folder, databaseUrl }: Stand): Promise<void> {
  const house = await testHouse(testConfig({ databaseUrl }, folder));
  const { ground } = house;
  const acme = await testCompany(house);
  const model = await acme.person('model');
  await ground.db.write((m) => makeTwins(m, model, people));
  const group = await acme.group('Everybody');
  await ground.db.write((m) => joinAll(m, acme.scope.accountId, group.id));
  const times: Record<'map' | 'change' | 'unmap' | 'check', number[]> = { map: [], change: [], unmap: [], check: [] };
  const expect = async (tier: string | null): Promise<void> => {
    const one = await timed(times.check, entitlement(ground.db.read, idOfTwin(people - 1)));
    if (one.tier !== tier) throw new Error(`the next check says ${one.tier}, not ${tier}`);
  };
  for (let i = 0; i < rounds; i++) {
    const given = { groupName: 'Everybody', tier: 'Basic' };
    const mapping = await timed(times.map, mapGroup(ground, acme.scope, given));
    await expect('Basic');
    await timed(times.change, changeTier(ground, acme.scope, mapping.id, 'Pro'));
    await expect('Pro');
    await timed(times.unmap, unmapGroup(ground, acme.scope, mapping.id));
    await expect(null);
  }
  printLines(`A mapping over ${people} people, on ${name}; how many it puts out has its own row in “Out”`, [
    { what: 'the group is mapped', times: times.map },
    { what: 'its tier changes', times: times.change },
    { what: 'the mapping goes', times: times.unmap },
    { what: 'the next check of one person', times: times.check },
  ]);
  await house.stop();
}

await onBoth(measure);
