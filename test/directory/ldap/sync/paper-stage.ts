import { AccountTable } from '../../../../src/accounts/accounts/account.entity.ts';
import { DomainTable } from '../../../../src/accounts/domains/domain.entity.ts';
import type { House } from '../../../../src/app.ts';
import { createGroup } from '../../../../src/directory/groups/groups.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import { type HeldLine, listHeld } from '../../../../src/directory/ldap/sync/approve.ts';
import { DirectoryFollower, type Source } from '../../../../src/directory/ldap/sync/follower.ts';
import type { DirectoryReader } from '../../../../src/directory/ldap/sync/reader.ts';
import type { DirectoryState } from '../../../../src/directory/ldap/sync/state/state.entity.ts';
import { stateOf, wantFull } from '../../../../src/directory/ldap/sync/state/states.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { type User, UserTable } from '../../../../src/users/user.entity.ts';
import { type Company, testCompany } from '../../../support/company.ts';
import { testHouse } from '../../../support/house.ts';
import { PaperDirectory } from './paper-directory.ts';

/** A company whose directory is on paper, and its follower, anew for each test of the suite that calls this. */
export interface PaperStage {
  /** What there is for the present test. */
  now: () => { house: House; acme: Company; paper: PaperDirectory; follower: DirectoryFollower };
  /** What stands between the follower and the directory in a test; null: nothing. */
  between: ((reader: DirectoryReader) => DirectoryReader) | null;
  /** Sets that apart for the reader of the next poll, and for those of its looks, the first of which is in place 1. */
  apart: (
    outer: (reader: DirectoryReader) => Partial<DirectoryReader>,
    look?: (reader: DirectoryReader, place: number) => Partial<DirectoryReader>,
  ) => void;
  poll: () => Promise<void>;
  user: (name: string) => Promise<User | null>;
  mayIn: (name: string) => Promise<boolean>;
  tierOf: (name: string) => Promise<string | null>;
  /** Gives a group a tier. @returns the mapping's id */
  map: (groupName: string, tier?: string) => Promise<string>;
  /** People p0, p1 and so on; their guids. */
  many: (count: number) => string[];
  state: () => Promise<DirectoryState>;
  wantWhole: () => Promise<void>;
  held: () => Promise<HeldLine[]>;
}

export function paperStage(): PaperStage {
  let house: House & { stop: () => Promise<void> };
  let acme: Company;
  let paper: PaperDirectory;
  let follower: DirectoryFollower;

  before(async () => {
    house = await testHouse();
  });
  after(() => house.stop());
  beforeEach(async () => {
    acme = await testCompany(house);
    paper = new PaperDirectory();
    stage.between = null;
    const source: Source = {
      directories: async () => [{ ...acme.scope, name: 'paper', changedAt: 0 }],
      read: async (_directory, work) => {
        const reader = () => (stage.between ? stage.between(paper.reader()) : paper.reader());
        return work(reader(), async (look) => look(reader()));
      },
      explain: (error) => ({ code: 'directory.unavailable', detail: String(error) }),
    };
    follower = new DirectoryFollower(house.ground, source, 0);
  });
  afterEach(async () => {
    await follower.stop();
    // The next test claims the domain anew.
    await house.ground.db.write((m) => m.update(AccountTable, { id: acme.scope.accountId }, { deletedAt: 1 }));
    await house.ground.db.write((m) => m.delete(DomainTable, { accountId: acme.scope.accountId }));
  });

  const user = (name: string): Promise<User | null> =>
    house.ground.db.read.findOneBy(UserTable, {
      accountId: acme.scope.accountId,
      primaryAddressKey: `${name}@acme.example`,
    });
  const may = async (name: string) => entitlement(house.ground.db.read, (await user(name))?.id ?? '');
  const stage: PaperStage = {
    now: () => ({ house, acme, paper, follower }),
    between: null,
    apart: (outer, look = () => ({})) => {
      let readers = 0;
      stage.between = (reader) => ({ ...reader, ...(readers++ === 0 ? outer(reader) : look(reader, readers - 1)) });
    },
    poll: () => follower.poll({ ...acme.scope, name: 'paper', changedAt: 0 }),
    user,
    mayIn: async (name) => (await may(name)).maySignIn,
    tierOf: async (name) => (await may(name)).tier,
    map: async (groupName, tier = 'Pro') => {
      const { ground } = house;
      await ground.db.write((m) =>
        createGroup(ground, m, acme.scope, { displayName: groupName, externalId: `group-${groupName}` }),
      );
      return (await mapGroup(ground, acme.scope, { groupName, tier })).id;
    },
    many: (count) => Array.from({ length: count }, (_, i) => paper.person(`p${i}`).guid),
    state: async () => (await stateOf(house.ground.db.read, acme.scope.connectionId))!,
    wantWhole: () => house.ground.db.write((m) => wantFull(m, acme.scope.connectionId)),
    held: () => listHeld(house.ground.db.read, acme.scope, { limit: 1_000, offset: 0 }),
  };
  return stage;
}
