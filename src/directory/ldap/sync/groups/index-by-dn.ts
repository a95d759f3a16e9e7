import { chunks } from '../../../../platform/database/chunks.ts';
import { rows } from '../../../../platform/database/run.ts';
import { isOneOf, sql } from '../../../../platform/database/sql.ts';
import type { Ground } from '../../../../trail/ground.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import { dnHashOf } from '../people/person.ts';
import type { MemberIndex } from '../reader.ts';

type Kind = 'user' | 'group';

/** Finds the entries that were read before by their DNs, or by their guids where they are now. */
export function memberIndex({ db }: Pick<Ground, 'db'>, { connectionId }: DirectoryScope): MemberIndex {
  return {
    async known(dns) {
      const found = new Map<string, { guid: string; kind: Kind }>();
      const doubtful = new Set<string>();
      for (const some of chunks(dns)) {
        const byHash = new Map(some.map((dn) => [dnHashOf(dn), dn]));
        const entries = await rows<{ dnHash: string; guid: string; kind: Kind }>(
          db.read,
          sql`SELECT "dnHash", "guid", "kind" FROM "directory_entries" WHERE "directoryId" = ${connectionId}
              AND "goneAt" IS NULL AND "dnHash" ${isOneOf([...byHash.keys()])}`,
        );
        for (const { dnHash, guid, kind } of entries) {
          const dn = byHash.get(dnHash)!;
          if (found.has(dn)) doubtful.add(dn);
          found.set(dn, { guid, kind });
        }
      }
      // One of them was there before, and is elsewhere now.
      for (const dn of doubtful) found.delete(dn);
      return found;
    },
    async moved(entries) {
      const kinds = new Map<string, Kind>();
      const dns = new Map(entries.map(({ guid, dn }) => [guid, dn]));
      for (const some of chunks([...dns.keys()])) {
        const known = await rows<{ guid: string; kind: Kind; dnHash: string }>(
          db.read,
          sql`SELECT "guid", "kind", "dnHash" FROM "directory_entries" WHERE "directoryId" = ${connectionId}
              AND "guid" ${isOneOf(some)}`,
        );
        for (const { guid, kind } of known) kinds.set(guid, kind);
        const elsewhere = known.filter(({ guid, dnHash }) => dnHash !== dnHashOf(dns.get(guid)!));
        if (elsewhere.length === 0) continue;
        await db.write(async (m) => {
          for (const { guid } of elsewhere) {
            const dnHash = dnHashOf(dns.get(guid)!);
            await rows(
              m,
              sql`UPDATE "directory_entries" SET "dnHash" = ${dnHash} WHERE "directoryId" = ${connectionId} AND "guid" = ${guid}`,
            );
          }
        });
      }
      return kinds;
    },
  };
}
