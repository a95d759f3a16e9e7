import type { DirectoryPerson } from '../../../../src/directory/ldap/sync/people/person.ts';
import type { DirectoryReader } from '../../../../src/directory/ldap/sync/reader.ts';

/** A directory on paper, whose entries a test writes: what following makes of them is the same as of a server's. */
export class PaperDirectory {
  readonly people = new Map<string, DirectoryPerson>();
  /** guid → name, DN and the guids of its members. */
  readonly groups = new Map<string, { name: string; members: string[] }>();
  server = 'paper';
  changes = 1;
  readonly #changed = new Map<string, number>();

  person(name: string, some: Partial<DirectoryPerson> = {}): DirectoryPerson {
    const guid = some.guid ?? `guid-${name}`;
    const mail = `${name}@acme.example`;
    const person: DirectoryPerson = {
      guid,
      dn: `CN=${name},OU=People,DC=acme,DC=example`,
      mail,
      addresses: [mail],
      displayName: name,
      givenName: null,
      familyName: null,
      title: null,
      department: null,
      disabled: false,
      expiresAt: null,
      ...this.people.get(guid),
      ...some,
    };
    this.people.set(guid, person);
    this.#changed.set(guid, ++this.changes);
    return person;
  }

  group(name: string, members: readonly string[]): string {
    const guid = `group-${name}`;
    this.groups.set(guid, { name, members: [...members] });
    this.#changed.set(guid, ++this.changes);
    return guid;
  }

  /** An entry goes without a change that anybody could see. */
  delete(guid: string): void {
    this.people.delete(guid);
    this.groups.delete(guid);
    for (const group of this.groups.values()) group.members = group.members.filter((one) => one !== guid);
    this.changes++;
  }

  reader(): DirectoryReader {
    const since = (position: string) => (guid: string) => (this.#changed.get(guid) ?? 0) >= Number(position);
    const page = async function* <T>(all: Iterable<T>): AsyncGenerator<T[]> {
      const items = [...all];
      for (let i = 0; i < items.length; i += 100) yield items.slice(i, i + 100);
    };
    return {
      position: async () => ({ server: this.server, position: String(this.changes), context: String(this.changes) }),
      people: () => page(this.people.values()),
      changedPeople: ({ position }) => page([...this.people.values()].filter(({ guid }) => since(position)(guid))),
      these: (guids) => page(guids.flatMap((guid) => this.people.get(guid) ?? [])),
      guids: () => page(this.people.keys()),
      existing: async (kind, guids) => {
        const held: ReadonlyMap<string, unknown> = kind === 'user' ? this.people : this.groups;
        return new Set(guids.filter((guid) => held.has(guid)));
      },
      changedGroups: async ({ position }) => [...this.groups.keys()].filter(since(position)),
      group: async (guid) => {
        const group = this.groups.get(guid);
        if (!group) return null;
        const { name, members } = group;
        return {
          group: { guid, dn: `CN=${name}`, name, members },
          nested: members.filter((one) => this.groups.has(one)),
        };
      },
    };
  }
}
