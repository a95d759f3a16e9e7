import { chunks } from '../../../../platform/database/chunks.ts';
import { rows } from '../../../../platform/database/run.ts';
import { list, sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import { dnHashOf } from '../people/person.ts';
import type { MemberIndex } from '../reader.ts';

/** Finds the entries that were read before by their DNs. */
export function memberIndex(on: Reader, { connectionId }: DirectoryScope): MemberIndex {
  return {
    async known(dns) {
      const found = new Map<string, { guid: string; kind: 'user' | 'group' }>();
      for (const some of chunks(dns)) {
        const byHash = new Map(some.map((dn) => [dnHashOf(dn), dn]));
        const entries = await rows<{ dnHash: string; guid: string; kind: 'user' | 'group' }>(
          on,
          sql`SELECT "dnHash", "guid", "kind" FROM "directory_entries" WHERE "directoryId" = ${connectionId}
              AND "goneAt" IS NULL AND "dnHash" IN (${list([...byHash.keys()])})`,
        );
        for (const { dnHash, guid, kind } of entries) found.set(byHash.get(dnHash)!, { guid, kind });
      }
      return found;
    },
  };
}
