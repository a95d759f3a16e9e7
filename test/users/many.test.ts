import assert from 'node:assert/strict';
import type { House } from '../../src/app.ts';
import { rows } from '../../src/platform/database/run.ts';
import { sql, tableOf } from '../../src/platform/database/sql.ts';
import { UserAddressTable } from '../../src/users/address.entity.ts';
import { createPeople } from '../../src/users/lifecycle/many.ts';
import type { PersonInput } from '../../src/users/lifecycle/person.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { type Company, testCompany } from '../support/company.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { testHouse } from '../support/house.ts';

const odd = ['', 'NULL', '"quoted"', 'back\\slash', '{a,b}', 'käse 🧀', "it's", 'a\nb', '\\"'];

describeOnEachEngine('many people at once', () => {
  let house: House & { stop: () => Promise<void> };
  let acme: Company;
  before(async () => {
    house = await testHouse();
    acme = await testCompany(house);
  });
  after(() => house.stop());

  const person = (name: string, some: Partial<PersonInput> = {}): PersonInput => {
    const mail = `${name}@acme.example`;
    const emails = [{ value: mail, type: 'work', primary: true }];
    return { userName: mail, externalId: `id-${name}`, displayName: null, profile: {}, emails, primary: mail, ...some };
  };
  const create = (inputs: readonly PersonInput[]) =>
    house.ground.db.write((m) => createPeople(house.ground, m, acme.scope, acme.scope.connectionId, inputs));

  it('are stored as they were said, whatever is in their names', async () => {
    const inputs = odd.map((text, i) => person(`odd${i}`, { displayName: text, profile: { title: text, n: [text] } }));
    const { created, refused } = await create(inputs);
    assert.deepEqual([created.length, refused.length], [odd.length, 0]);
    for (const { input, user } of created) {
      const stored = (await house.ground.db.read.findOneBy(UserTable, { id: user.id }))!;
      assert.deepEqual(stored, user);
      assert.deepEqual(stored.profile, input.profile);
      const [address] = await house.ground.db.read.findBy(UserAddressTable, { userId: user.id });
      assert.deepEqual([address?.value, address?.display, address?.isPrimary], [input.userName, null, true]);
    }
  });

  it('are told apart from whoever has their external id, and from each other', async () => {
    await create([person('first')]);
    const { created, refused } = await create([
      person('second', { externalId: 'id-first' }),
      person('twin', { externalId: 'id-twin' }),
      person('other', { externalId: 'id-twin' }),
      person('nobodys', { externalId: null }),
      person('nobodys2', { externalId: null }),
    ]);
    assert.deepEqual(
      created.map(({ user }) => user.userName.split('@')[0]),
      ['twin', 'nobodys', 'nobodys2'],
    );
    assert.deepEqual(
      refused.map(({ input, error }) => [input.userName.split('@')[0], error.code]),
      [
        ['second', 'user.externalIdTaken'],
        ['other', 'user.externalIdTaken'],
      ],
    );
  });

  it('go to the database as a table of few parameters', async () => {
    const numbers = odd.map((_, i) => (i === 3 ? null : i * 2 ** 40));
    const found = await rows<{ name: string | null; n: number | string | null; flag: unknown }>(
      house.ground.db.read,
      sql`SELECT * FROM (${tableOf([
        { name: 'name', kind: 'text', values: odd.map((text, i) => (i === 2 ? null : text)) },
        { name: 'n', kind: 'bigint', values: numbers },
      ])}) w ORDER BY "n" NULLS LAST`,
    );
    const expected = odd.map((text, i) => ({ name: i === 2 ? null : text, n: numbers[i]! }));
    const sorted = expected.toSorted((one, other) => (one.n ?? Infinity) - (other.n ?? Infinity));
    assert.deepEqual(
      found.map(({ name, n }) => ({ name, n: n === null ? null : Number(n) })),
      sorted,
    );
  });
});
