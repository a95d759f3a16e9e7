import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from '../../src/platform/database/sql.ts';
import { OwnPostgres } from '../support/own-postgres.ts';
import { isPostgresHere, needPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { Installation, type Person } from './installation.ts';
import { assertWhole, drained } from './whole.ts';

const workers = 12;
const patienceMs = 60_000;

/** What a directory was answered, by what it asked for. */
interface Load {
  /** userName → status */
  creates: Map<string, number>;
  /** id of a person whom the directory deactivates → status */
  noes: Map<string, number>;
  /** What the bystander was told of their session, and each address whether it is there. */
  seen: Set<string>;
}

(isPostgresHere() ? describe : describe.skip)('a PostgreSQL server that fails under load', function () {
  this.timeout(180_000);
  let server: OwnPostgres;
  let at: Installation;
  before(async function () {
    await needPostgres(this);
    this.timeout(patienceMs);
    server = await OwnPostgres.start();
    at = await Installation.prepare(server.url);
  });
  after(async () => {
    await server?.limit(-1);
    await at?.end();
    await server?.stop();
  });

  /** What befalls the server, and what ends it again. */
  const troubles: Record<string, (made: () => Promise<void>) => Promise<void>> = {
    'ends every connection, again and again': async (made) => {
      for (let time = 0; time < 8; time++) {
        await server.cut();
        await made();
      }
    },
    'is restarted': async (made) => {
      for (let time = 0; time < 2; time++) {
        await server.stop('SIGINT');
        await refused();
        await server.start();
        await made();
      }
    },
    crashes: async (made) => {
      await server.stop('SIGQUIT');
      await refused();
      await server.start();
      await made();
    },
    'has no connection left to give': async (made) => {
      await server.limit(0);
      await server.cut();
      await refused();
      await server.limit(-1);
      await made();
    },
  };

  /** Waits until somebody was told that the database is away. */
  const refused = (): Promise<unknown> =>
    until(async () => (await fetch(`${at.url}/readyz`)).status === 503, patienceMs);

  for (const [name, befall] of Object.entries(troubles)) {
    it(`it ${name}: what was acknowledged is there, all else was a clear 503, and Carillon goes on by itself`, async () => {
      const people: Person[] = [];
      for (let i = 0; i < 40; i++) people.push(await at.person());
      await drained(at);
      await at.stop();
      const load: Load = { creates: new Map(), noes: new Map(), seen: new Set() };
      await at.served(() => during(load, people, befall));
      await at.start();

      const created = await at.read<{ userName: string }>(sql`SELECT "userName" FROM "users"`);
      const stored = new Set(created.map(({ userName }) => userName));
      for (const [userName, status] of load.creates) {
        if (status === 201) assert.ok(stored.has(userName), `${userName} was acknowledged`);
      }
      const said = await at.read<{ userId: string }>(
        sql`SELECT "userId" FROM "user_causes" WHERE "cause" = 'directory'`,
      );
      const out = new Set(said.map(({ userId }) => userId));
      for (const [id, status] of load.noes) if (status === 200) assert.ok(out.has(id), 'a no that was acknowledged');
      await drained(at);
      await assertWhole(at);
      assert.ok(await at.isIn(at.bystander), 'nobody else was put out');
      const statuses = new Set([...load.creates.values(), ...load.noes.values()]);
      assert.deepEqual(
        [...statuses].filter((status) => ![200, 201, 503].includes(status)),
        [],
      );
      assert.deepEqual(
        [...load.seen].toSorted().filter((each) => !expected.has(each)),
        [],
      );
    });
  }

  const expected = new Set(['/session 200', '/session 503', '/readyz 200', '/readyz 503', '/healthz 200']);

  async function during(load: Load, people: readonly Person[], befall: (typeof troubles)[string]): Promise<void> {
    const work = { isOver: false };
    const create = async (): Promise<void> => {
      while (!work.isOver) {
        const name = at.newName();
        const { status, text, headers } = await at.scim.post('/Users', at.body(name));
        load.creates.set(`${name}@acme.example`, status);
        if (status === 503) {
          assert.match(text, /The database cannot be reached\. Please try again/);
          assert.equal(headers['retry-after'], '1');
        }
        assert.equal(headers['content-type'], 'application/scim+json; charset=utf-8');
      }
    };
    const deactivate = async (): Promise<void> => {
      for (const { id } of people) {
        if (work.isOver) return;
        const { status } = await at.scim.patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
        load.noes.set(id, status);
        await pause(20);
      }
    };
    const look = async (): Promise<void> => {
      while (!work.isOver) {
        const { status } = await at.bystander.visitor.send('/session');
        load.seen.add(`/session ${status}`);
        for (const path of ['/readyz', '/healthz'])
          load.seen.add(`${path} ${(await fetch(`${at.url}${path}`)).status}`);
      }
    };
    const acknowledged = (): number => [...load.creates.values()].filter((status) => status === 201).length;
    const more = async (): Promise<void> => {
      const before = acknowledged();
      await until(() => acknowledged() >= before + 40, patienceMs);
    };
    const working = Promise.all([...Array.from({ length: workers }, create), deactivate(), look()]);
    try {
      await more();
      await befall(more);
    } finally {
      work.isOver = true;
      await working;
    }
  }
});
