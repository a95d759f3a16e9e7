import { normaliseAddress } from '../../../accounts/domains/name.ts';
import { fold } from '../../../platform/text/fold.ts';
import type { LdapClient } from '../client/client.ts';
import type { Entry } from '../client/entry.ts';
import { all, any, equals, type Filter } from '../client/filters.ts';
import type { Directory } from '../directory.entity.ts';
import { ldapErrors } from '../errors.ts';
import { personAttributes, readPerson } from '../sync/reading/person.ts';
import type { Shape } from '../sync/reading/shape.ts';
import { countedThere } from './lockout.ts';
import type { Typed } from './typed.ts';

/** What else of an entry a sign-in looks at. */
const further = [...countedThere, 'pwdReset'];
/** A person waits for the answer. */
const deadlineMs = 8_000;
/** So many entries are asked for: two are too many. */
const fewEntries = 10;
const mostPages = 20;

/**
 * The entries that a typed name means: by any of a person's addresses, if `byAddress`; by the directory's own names. The
 * directory finds more than it should (spaces, NUL, other forms of a name), so each entry is looked at again. Of more
 * than one, two are enough to know it.
 * @param byAddress whether the domain of the typed address is the account's own
 */
export async function findEntries(
  client: LdapClient,
  directory: Pick<Directory, 'attributes'>,
  shape: Shape,
  typed: Typed,
  byAddress: boolean,
): Promise<Entry[]> {
  const { userName, principalName } = directory.attributes;
  const names = [userName, ...(principalName === null ? [] : [principalName])];
  const address = byAddress ? typed.address : null;
  const filters = [
    ...names.map((name) => equals(name, typed.name)),
    ...(address === null ? [] : addressFilters(shape, address)),
  ];
  const search = {
    base: shape.base,
    filter: all(shape.users, any(...filters)),
    attributes: [...personAttributes(shape), ...names, ...further],
    pageSize: fewEntries,
    deadlineMs,
  };
  const wanted = fold(typed.name);
  const isMeant = (entry: Entry): boolean => {
    if (names.some((name) => entry.texts(name).some((value) => fold(value) === wanted))) return true;
    return (
      address !== null && (readPerson(entry, shape)?.addresses ?? []).some((one) => normaliseAddress(one) === address)
    );
  };
  return client.session(async (session) => {
    const few = await session.few(search, fewEntries);
    if (few) return few.filter(isMeant);
    const found: Entry[] = [];
    let pages = 0;
    for await (const page of session.pages(search)) {
      found.push(...page.filter(isMeant));
      if (found.length > 1) return found;
      // Whoever is still not told apart from so many is nobody that may come in.
      if (++pages === mostPages) throw ldapErrors('directory.refused', { detail: `${pages} pages for one name` });
    }
    return found;
  });
}

function addressFilters({ attributes: { mail, proxies } }: Shape, address: string): Filter[] {
  if (proxies === null) return [equals(mail, address)];
  const prefix = proxies.toLowerCase() === 'proxyaddresses' ? 'smtp:' : '';
  return [equals(mail, address), equals(proxies, prefix + address)];
}
