import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { UserAddressTable } from '../../../../src/users/address.entity.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { testFolder } from '../../../support/folder.ts';
import {
  assertRefused,
  created,
  groupBody,
  type Reply,
  type Request,
  type Served,
  serveScim,
  userBody,
} from '../support.ts';
import { bulkOf, patchOf, resourceOf } from './operations.ts';

/** Cases on each engine: some thousand each run, and what FUZZ_CASES says in the nightly one. */
const cases = Number(process.env['FUZZ_CASES'] ?? 2_000);
/** Another one each night finds more; it is told when something fails. */
const seed = Number(process.env['FUZZ_SEED'] ?? (process.env['FUZZ_CASES'] ? Date.now() % 2 ** 31 : 8));
/** Who sends at once, each to a user and a group of its own. */
const senders = 5;

const others = `groups,members.display,${urn.enterprise}:manager.displayName`;

type Kind = 'Users' | 'Groups';
interface Case {
  kind: Kind;
  method: 'PATCH' | 'PUT' | 'POST';
  body: unknown;
}

/** A few at a time: the server is in this process, and must not wait; nor does a night's worth fit into memory. */
function* sampled<T>(arbitrary: fc.Arbitrary<T>, count: number, from: number): Generator<T> {
  const batch = 20;
  for (let at = 0; at < count; at += batch)
    yield* fc.sample(arbitrary, { numRuns: Math.min(batch, Math.ceil(count - at)), seed: from + at });
}

describeOnEachEngine('SCIM changes, thrown at the server', () => {
  let served: Served;
  const log = join(testFolder(), 'carillon.log');
  beforeEach(async () => {
    served = await serveScim({ scimRate: 1_000_000, logFile: log, logLevel: 'error' });
  });
  afterEach(() => served.stop());

  const told = (what: unknown): string => `seed ${seed}: ${JSON.stringify(what)}`;
  const assertQuiet = (): void => assert.equal(existsSync(log) ? readFileSync(log, 'utf8') : '', '', told('the log'));

  it('security check 17: are done or refused whole: PATCH, PUT and POST', async function () {
    this.timeout(60_000 + cases * 100);
    const { scim } = served;
    const users = await each((i) => created(scim, '/Users', userBody(`user${i}`)));
    const groups = await each((i) => created(scim, '/Groups', groupBody(`Group ${i}`, [users[0]!])));
    const ids = [...users.slice(0, 2), ...groups.slice(0, 2)];
    const kind = fc.constantFrom<Kind>('Users', 'Users', 'Groups');
    const method = fc.constantFrom<Case['method']>('PATCH', 'PATCH', 'PATCH', 'PATCH', 'PUT', 'POST');
    const arbitrary = fc.tuple(kind, method).chain(([where, how]) => {
      const body = how === 'PATCH' ? patchOf(where, ids) : resourceOf(where, ids);
      return body.map((sent): Case => ({ kind: where, method: how, body: sent }));
    });
    const done = await each(async (i) => {
      let count = 0;
      const own = { Users: `/Users/${users[i]}`, Groups: `/Groups/${groups[i]}` };
      const known = { Users: await look(own.Users), Groups: await look(own.Groups) };
      for (const one of sampled(arbitrary, cases / senders, seed + i * 100_000)) {
        const reply = await send(one, own[one.kind]);
        if (one.method === 'POST') continue;
        const now = await look(own[one.kind]);
        if (reply.status < 300) {
          count += 1;
          onePrimary(now, one);
        } else assert.equal(now, known[one.kind], `${told(one)} was refused, and changed something`);
        known[one.kind] = now;
      }
      return count;
    });
    const sum = done.reduce((total, count) => total + count, 0);
    assert.ok(sum > cases / 8 && sum < cases, `${sum} of ${cases} are done`);
    await assertAddresses();
    assertQuiet();
  });

  it('security check 17: are done or refused one by one: bulk', async function () {
    const requests = Math.ceil(cases / 8); // of some operations each
    this.timeout(60_000 + requests * 400);
    const { scim } = served;
    const ids = [await created(scim, '/Users', userBody('user')), await created(scim, '/Groups', groupBody('Group'))];
    let there = 2;
    let made = 0;
    for (const body of sampled(bulkOf(ids), requests, seed)) {
      const reply = await scim.post('/Bulk', body);
      if (reply.status !== 200) {
        assert.equal(reply.status, 400, `${told(body)} ${reply.text}`);
        assertRefused(reply, 400, String(reply.body['scimType']));
        continue;
      }
      const results = reply.body['Operations'] as { method: string; status: string; response?: object }[];
      for (const { status, response } of results) {
        assert.ok(/^[24]\d\d$/.test(status), `${told(body)} ${reply.text}`);
        assert.equal(response !== undefined, status >= '400', told(body));
      }
      const of = (status: string, method: string): number =>
        results.filter((each) => each.status === status && each.method.toUpperCase() === method).length;
      there += of('201', 'POST') - of('204', 'DELETE');
      made += of('201', 'POST');
      const [users, groups] = [await scim.get('/Users?count=0'), await scim.get('/Groups?count=0')];
      const counted = Number(users.body['totalResults']) + Number(groups.body['totalResults']);
      assert.equal(counted, there, `${told(body)} ${reply.text}`);
    }
    assert.ok(made > requests / 2, `${made} are made by ${requests} requests`);
    await assertAddresses();
    assertQuiet();
  });

  const each = <T>(work: (i: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: senders }, (_, i) => work(i)));

  /** A resource, without what others' resources make of it. */
  const look = async (path: string): Promise<string> => {
    const reply = await served.scim.get(`${path}?excludedAttributes=${others}`);
    assert.equal(reply.status, 200, `${path} ${reply.text}`);
    return reply.text;
  };

  async function send({ kind, method, body }: Case, path: string): Promise<Reply> {
    const asked: Request = { method, path: method === 'POST' ? `/${kind}` : path, body };
    const reply = await served.scim.send(asked);
    if (reply.status < 300) return reply;
    assert.ok([400, 404, 409, 413].includes(reply.status), `${told(asked)} ${reply.text}`);
    assertRefused(reply, reply.status, reply.body['scimType'] as string | undefined);
    return reply;
  }

  function onePrimary(resource: string, one: Case): void {
    for (const value of Object.values(JSON.parse(resource) as Record<string, unknown>)) {
      const primary =
        Array.isArray(value) && value.filter((element: { primary?: boolean }) => element.primary === true);
      assert.ok(!primary || primary.length < 2, `${told(one)} ${resource}`);
    }
  }

  /** What is kept in rows beside a person says the same as the person. */
  async function assertAddresses(): Promise<void> {
    const on = served.house.ground.db.read;
    const rows = await on.find(UserAddressTable, { order: { userId: 'ASC', position: 'ASC' } });
    for (const user of await on.find(UserTable)) {
      const emails = (user.profile['emails'] ?? []) as { value: string }[];
      const kept = rows.filter(({ userId }) => userId === user.id).map(({ value }) => value);
      assert.deepEqual(
        kept,
        emails.map(({ value }) => value),
        told(user.id),
      );
      // Of whoever the directory has deactivated any address is kept; nobody else is outside the verified domain.
      if (user.primaryDomain === 'acme.example') continue;
      const { because } = await entitlement(on, user.id);
      assert.ok(
        because.some(({ kind }) => kind === 'directory'),
        told(user.id),
      );
    }
  }
});
