import { type LdapClient, refusalOf } from '../client/client.ts';
import type { Entry } from '../client/entry.ts';
import { all, any, equals, type Filter, parseFilter, present } from '../client/filters.ts';
import { suffixOf } from '../client/root-dse.ts';
import type { Directory } from '../directory.entity.ts';
import { ldapErrors } from '../errors.ts';
import { idText, idValue } from '../ids.ts';
import { isActiveDirectory } from '../kinds.ts';
import { cleaned } from '../text.ts';

/** A group of a directory, as it is found there. */
export interface FoundGroup {
  /** objectGUID or entryUUID: whatever it is called, and wherever it is moved. */
  id: string;
  name: string;
  dn: string;
}

/** Which entries are groups. */
export const groupsFilter = ({ groupFilter }: Pick<Directory, 'groupFilter'>): Filter =>
  parseFilter(groupFilter) ?? present('objectClass');

/** How many namesakes a refusal lists. */
const listed = 10;

/**
 * The group of exactly this name, this DN, or this id (objectGUID, entryUUID) in the directory.
 * @throws directory.groupNotFound, directory.groupAmbiguous; directory.unavailable and its like
 */
export async function findGroup(client: LdapClient, directory: Directory, given: string): Promise<FoundGroup> {
  const found = await candidates(client, directory, given.trim());
  const [only] = found;
  if (!only) {
    throw ldapErrors('directory.groupNotFound', { field: 'groupName', values: { name: given.slice(0, 256) } });
  }
  if (found.length > 1) {
    const each = found.slice(0, listed).map(({ id, dn }) => `${id} (${cleaned(dn).slice(0, 256)})`);
    const groups = [...each, ...(found.length > listed ? ['…'] : [])].join('; ');
    const values = { name: given.slice(0, 256), count: found.length, groups };
    throw ldapErrors('directory.groupAmbiguous', { field: 'groupName', values });
  }
  return only;
}

async function candidates(client: LdapClient, directory: Directory, given: string): Promise<FoundGroup[]> {
  const { baseDn: base, attributes: names, kind } = directory;
  if (!given || given.length > 1024 || /\p{Cc}/u.test(given)) return [];
  const attributes = [names.id, names.groupName, ...(isActiveDirectory(kind) ? ['sAMAccountName'] : [])];
  const read = (entry: Entry): FoundGroup | null => foundGroup(directory, entry);
  if (/^[\w.-]+=.*,/.test(given) && isBelow(given, base)) {
    const entry = await client.read(given, attributes, groupsFilter(directory)).catch((error: unknown) => {
      if (refusalOf(error)) return null; // no DN at all
      throw error;
    });
    const group = entry && read(entry);
    return group ? [group] : [];
  }
  if (guidPattern.test(given)) {
    const filter = all(groupsFilter(directory), equals(names.id, idValue(names.id, given.toLowerCase())));
    const byId = (await client.search({ base, filter, attributes })).map(read).filter((group) => group !== null);
    if (byId.length > 0) return byId;
  }
  // A directory compares without regard to case; a name is meant as it is written.
  const named = [equals(names.groupName, given), ...(isActiveDirectory(kind) ? [equals('sAMAccountName', given)] : [])];
  const filter = all(groupsFilter(directory), any(...named));
  const entries = await client.search({ base, filter, attributes });
  const exact = (name: string) => (entry: Entry) => entry.texts(name).some((text) => same(text, given));
  const byName = entries.filter(exact(names.groupName));
  const chosen = byName.length > 0 ? byName : entries.filter(exact('sAMAccountName'));
  return chosen.map(read).filter((group) => group !== null);
}

const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const same = (one: string, other: string): boolean => one.normalize('NFC') === other.normalize('NFC');
/** Spaces beside a comma are no part of a DN (RFC 4514 §2.1, RFC 2253 §4). */
const compact = (dn: string): string => dn.replaceAll(/\s*,\s*/g, ',');
const isBelow = (dn: string, base: string): boolean => suffixOf(compact(dn), [compact(base)]) !== null;

/** A group's entry, read by `attributes.id` and `attributes.groupName`; null for one whose id may not be seen. */
export function foundGroup({ attributes }: Pick<Directory, 'attributes'>, entry: Entry): FoundGroup | null {
  const id = idText(attributes.id, entry.bytes(attributes.id)[0]);
  return id === null
    ? null
    : { id, name: cleaned(entry.text(attributes.groupName) ?? '') || cleaned(entry.dn), dn: entry.dn };
}
