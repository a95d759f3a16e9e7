import Database from 'better-sqlite3';
import { attributeMap, compileFilter } from '../../../../src/directory/scim/protocol/filter.ts';
import type { FilterBounds } from '../../../../src/directory/scim/protocol/filter-bounds.ts';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { sql } from '../../../../src/platform/database/sql.ts';
import { fold } from '../../../../src/platform/text/fold.ts';

const time = (text: string) => Date.parse(text);

export interface Person {
  id: string;
  userName: string;
  title: string | null;
  active: boolean;
  created: number;
  emails: { value: string; type: string | null; primary: boolean }[];
}

export const people: Person[] = [
  {
    id: 'A1',
    userName: 'Ann@Example.com',
    title: 'Dr. 100%',
    active: true,
    created: time('2026-01-01T00:00:00Z'),
    emails: [
      { value: 'ann@example.com', type: 'work', primary: true },
      { value: 'ann@home.example', type: 'home', primary: false },
    ],
  },
  {
    id: 'a1',
    userName: 'bob_b@example.com',
    title: null,
    active: false,
    created: time('2026-02-01T00:00:00Z'),
    emails: [{ value: 'bob@home.example', type: null, primary: false }],
  },
  {
    id: 'c',
    userName: 'MÜLLER',
    title: '',
    active: true,
    created: time('2026-03-01T00:00:00.500Z'),
    emails: [],
  },
  {
    id: 'd',
    userName: 'a "quoted" \\ name\t',
    title: 'work',
    active: true,
    created: time('2026-02-01T00:00:00Z'),
    emails: [
      { value: 'x', type: 'home', primary: false },
      { value: 'home', type: 'work', primary: true },
    ],
  },
];

const attributes = attributeMap(
  {
    id: { kind: 'text', column: sql`u."id"` },
    userName: { kind: 'text', column: sql`u."userNameKey"`, folded: true },
    title: { kind: 'text', column: sql`u."titleKey"`, folded: true },
    active: { kind: 'boolean', column: sql`u."active"` },
    'meta.created': { kind: 'time', column: sql`u."createdAt"` },
    [`${urn.enterprise}:department`]: { kind: 'text', column: sql`u."titleKey"`, folded: true },
    emails: {
      kind: 'exists',
      exists: (inner) => sql`EXISTS (SELECT 1 FROM "emails" e WHERE e."userId" = u."id" AND ${inner})`,
      attributes: attributeMap({
        value: { kind: 'text', column: sql`e."valueKey"`, folded: true },
        type: { kind: 'text', column: sql`e."typeKey"`, folded: true },
        primary: { kind: 'boolean', column: sql`e."primary"` },
      }),
    },
  },
  urn.user,
);

/** A database of `people`, and the ids that a filter finds there, in order. */
export function openPeople(bounds?: FilterBounds): { find: (filter: string) => unknown[]; close: () => void } {
  const database = new Database(':memory:');
  database.exec(`CREATE TABLE "users" ("id" text, "userNameKey" text, "titleKey" text, "active" int, "createdAt" int);
    CREATE TABLE "emails" ("userId" text, "valueKey" text, "typeKey" text, "primary" int)`);
  const addUser = database.prepare('INSERT INTO "users" VALUES (?,?,?,?,?)');
  const addEmail = database.prepare('INSERT INTO "emails" VALUES (?,?,?,?)');
  for (const { id, userName, title, active, created, emails } of people) {
    addUser.run(id, fold(userName), title === null ? null : fold(title), Number(active), created);
    for (const { value, type, primary } of emails)
      addEmail.run(id, fold(value), type === null ? null : fold(type), Number(primary));
  }
  return {
    find(filter) {
      const where = compileFilter(filter, attributes, bounds);
      const { text, parameters } = sql`SELECT u."id" FROM "users" u WHERE ${where} ORDER BY u."id"`.render('sqlite');
      return database
        .prepare(text)
        .pluck()
        .all(...parameters);
    },
    close: () => database.close(),
  };
}
