import assert from 'node:assert/strict';
import { userPrincipal } from '../../../src/auth/people/principal.ts';
import { mapGroup } from '../../../src/directory/groups/mappings.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { type TrailRecord, TrailRecordTable } from '../../../src/trail/record.entity.ts';
import { entitlement } from '../../../src/users/entitlement/entitlement.ts';
import { activateUser, suspendUser } from '../../../src/users/lifecycle/administer.ts';
import { type Receipt, ReceiptTable } from '../../../src/users/lifecycle/receipt.entity.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { DomainTable } from '../../../src/accounts/domains/domain.entity.ts';
import { lostDomain } from '../../support/company.ts';
import { until } from '../../support/until.ts';
import { assertRefused, created, dump, groupBody, type Scim, type Served, serveScim, userBody } from './support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

describeOnEachEngine('SCIM: what a directory says', () => {
  let served: Served;
  let scim: Scim;
  let paula: string;
  let pro: string;
  const active = (value: boolean) => ({ op: 'replace', value: { active: value } });

  beforeEach(async () => {
    served = await serveScim();
    scim = served.scim;
    paula = await created(scim, '/Users', userBody('paula', { displayName: 'Paula' }));
    pro = await created(scim, '/Groups', groupBody('Pro', [paula]));
    await mapGroup(served.house.ground, served.acme.scope, { groupName: 'Pro', tier: 'Pro' });
  });
  afterEach(() => served.stop());

  /** A device of Paula's, begun as a sign-in begins one. */
  async function signIn(): Promise<() => Promise<boolean>> {
    const { ground, sessions } = served.house;
    const token = await ground.db.write(async (m) => {
      const principal = await userPrincipal(m, paula);
      assert.ok(principal?.mayBeIn);
      const begun = await sessions.begin(m, principal, 3_600_000);
      await m.update(UserTable, { id: paula }, { liveUntil: begun.session.expiresAt });
      return begun.token;
    });
    return async () => (await sessions.check(token, 'user')).in;
  }
  const receipts = (): Promise<Receipt[]> => served.house.ground.db.read.findBy(ReceiptTable, { userId: paula });
  const mayBeIn = async (): Promise<boolean> => (await entitlement(served.house.ground.db.read, paula)).maySignIn;

  describe('is done at once', () => {
    const ways: [string, string, () => Promise<{ status: number }>][] = [
      ['a PATCH without a path', 'directory', () => scim.patch(`/Users/${paula}`, active(false))],
      [
        'a PATCH with a path',
        'directory',
        () => scim.patch(`/Users/${paula}`, { op: 'replace', path: 'active', value: false }),
      ],
      [
        'a PATCH with a word',
        'directory',
        () => scim.patch(`/Users/${paula}`, { op: 'Replace', path: 'active', value: 'False' }),
      ],
      ['a PUT', 'directory', () => scim.put(`/Users/${paula}`, userBody('paula', { active: false }))],
      ['a DELETE', 'deleted', () => scim.delete(`/Users/${paula}`)],
      ['her group’s PATCH', 'group', () => scim.patch(`/Groups/${pro}`, { op: 'replace', path: 'members', value: [] })],
      ['her group’s PUT', 'group', () => scim.put(`/Groups/${pro}`, groupBody('Pro'))],
      ['her group’s DELETE', 'group', () => scim.delete(`/Groups/${pro}`)],
    ];
    for (const [name, cause, say] of ways) {
      it(`puts out by ${name}, with a receipt`, async () => {
        const devices = [await signIn(), await signIn()];
        for (const isIn of devices) assert.equal(await isIn(), true);
        assert.ok((await say()).status < 300);
        for (const isIn of devices) assert.equal(await isIn(), false, 'refused when the answer is there');
        const [receipt, ...others] = await until(async () => {
          const all = await receipts();
          return all.length > 0 && all;
        });
        assert.deepEqual([receipt?.cause, receipt?.sessions, others.length], [cause, 2, 0]);
        assert.ok(receipt!.finishedAt - receipt!.saidAt < 1000);
      });
    }

    it('puts nobody out by anything else', async () => {
      const isIn = await signIn();
      await scim.put(`/Users/${paula}`, userBody('paula', { active: true, displayName: 'Paula P.' }));
      await scim.patch(`/Users/${paula}`, active(true));
      await scim.patch(`/Groups/${pro}`, { op: 'replace', value: { id: pro, displayName: 'Pros' } });
      await scim.put(`/Groups/${pro}`, groupBody('Pro', [paula]));
      assert.equal(await isIn(), true);
      assert.deepEqual(await receipts(), []);
    });
  });

  describe('has its limits', () => {
    it('names nobody outside the verified domains, and says which one to claim', async () => {
      const foreign = { value: 'paula@other.example', primary: true };
      const requests = [
        () => scim.post('/Users', { userName: 'nora@other.example' }),
        () => scim.post('/Users', userBody('nora', { emails: [foreign] })),
        () => scim.put(`/Users/${paula}`, { userName: 'paula@other.example' }),
        () => scim.put(`/Users/${paula}`, userBody('paula', { emails: [foreign] })),
        () => scim.patch(`/Users/${paula}`, { op: 'replace', path: 'userName', value: 'paula@other.example' }),
        () => scim.patch(`/Users/${paula}`, { op: 'add', path: 'emails', value: [foreign] }),
      ];
      for (const request of requests) {
        const before = await dump(served.house);
        assertRefused(await request(), 400, 'invalidValue', 'Claim and verify other.example');
        assert.equal(await dump(served.house), before);
      }
      for (const userName of [
        'nora',
        'nora@',
        '@acme.example',
        'no ra@acme.example',
        'nora@acme.example@other.example',
      ]) {
        assertRefused(await scim.post('/Users', { userName }), 400, 'invalidValue');
      }
      const other = {
        emails: [
          { value: 'nora@acme.example', primary: true },
          { value: 'nora@home.example', type: 'home' },
        ],
      };
      assert.equal((await scim.post('/Users', userBody('nora', other))).status, 201, 'other addresses are kept');
    });

    it('can still say no to somebody whose domain is gone', async () => {
      const { ground } = served.house;
      const nora = await created(scim, '/Users', userBody('nora'));
      await lostDomain(ground, served.acme.scope);
      assert.equal((await scim.patch(`/Users/${paula}`, active(false))).status, 200);
      const put = userBody('nora', { active: false, displayName: 'Nora' });
      assert.equal((await scim.put(`/Users/${nora}`, put)).status, 200);
      const { accountId } = served.acme.scope;
      await ground.db.write((m) => m.update(DomainTable, { accountId }, { state: 'verified' }));
      assert.equal(await mayBeIn(), false);
      assert.equal((await scim.get(`/Users/${nora}`)).body['active'], false);
    });

    it('does not lift an administrator’s suspension, and does not see it', async () => {
      const { ground } = served.house;
      await suspendUser(ground, served.acme.scope, paula, 'admin');
      assert.equal((await scim.patch(`/Users/${paula}`, active(true))).body['active'], true);
      await scim.put(`/Users/${paula}`, userBody('paula', { active: true }));
      assert.equal(await mayBeIn(), false);
      await scim.patch(`/Users/${paula}`, active(false));
      await activateUser(ground, served.acme.scope, paula);
      assert.equal(await mayBeIn(), false, 'nor does the administrator lift the directory’s');
      await scim.patch(`/Users/${paula}`, active(true));
      assert.equal(await mayBeIn(), true);
    });

    it('cannot borrow a suspended person’s external id so that another’s lifting lets them in', async () => {
      const { ground } = served.house;
      const body = userBody('alice', { externalId: 'ext-A' });
      const alice = await created(scim, '/Users', body);
      const bob = await created(scim, '/Users', userBody('bob', { externalId: 'ext-B' }));
      await suspendUser(ground, served.acme.scope, alice, 'admin');
      const borrowed = { op: 'replace', path: 'externalId', value: 'ext-A' };
      assertRefused(await scim.patch(`/Users/${bob}`, borrowed), 409, 'uniqueness');
      assertRefused(await scim.put(`/Users/${bob}`, userBody('bob', { externalId: 'ext-A' })), 409, 'uniqueness');
      assertRefused(await scim.post('/Users', userBody('carol', { externalId: 'ext-A' })), 409, 'uniqueness');
      await activateUser(ground, served.acme.scope, bob);
      await scim.delete(`/Users/${alice}`);
      const again = await created(scim, '/Users', body);
      await scim.patch(`/Groups/${pro}`, { op: 'add', path: 'members', value: [{ value: again }, { value: bob }] });
      const on = ground.db.read;
      assert.equal((await entitlement(on, again)).maySignIn, false);
      assert.equal((await entitlement(on, bob)).maySignIn, true);
    });

    it('gives one external id to one person, also of requests that come at once', async () => {
      const names = ['one', 'two', 'three', 'four'];
      const replies = await Promise.all(
        names.map((name) => scim.post('/Users', userBody(name, { externalId: 'ext-same' }))),
      );
      const statuses = replies.map(({ status }) => status);
      assert.deepEqual(
        statuses.toSorted((a, b) => a - b),
        [201, 409, 409, 409],
      );
    });

    it('gives tiers by mapped groups alone', async () => {
      const nora = await created(
        scim,
        '/Users',
        userBody('nora', { permissionTier: 'Pro', licence: 'Pro', roles: ['Pro'] }),
      );
      const on = served.house.ground.db.read;
      assert.equal((await entitlement(on, nora)).maySignIn, false);
      await created(scim, '/Groups', groupBody('Professionals', [nora]));
      assert.equal((await entitlement(on, nora)).maySignIn, false);
      assertRefused(await scim.post('/Groups', groupBody('PRO', [nora])), 409, 'uniqueness');
      await scim.patch(`/Groups/${pro}`, { op: 'replace', value: { displayName: 'Was Pro' } });
      await created(scim, '/Groups', groupBody('Pro', [nora]));
      assert.equal((await entitlement(on, nora)).maySignIn, false, 'a mapping holds the group, not the name');
      assert.equal(await mayBeIn(), true);
    });

    it('takes a deleted name up as a new person, and a group’s mapping with its name', async () => {
      assert.equal((await scim.delete(`/Users/${paula}`)).status, 204);
      assertRefused(await scim.get(`/Users/${paula}`), 404);
      assertRefused(await scim.patch(`/Users/${paula}`, active(true)), 404);
      const again = await created(scim, '/Users', userBody('paula'));
      assert.notEqual(again, paula);
      await scim.delete(`/Groups/${pro}`);
      await created(scim, '/Groups', groupBody('Pro', [again]));
      assert.equal((await entitlement(served.house.ground.db.read, again)).tier, 'Pro');
    });
  });

  describe('is recorded', () => {
    async function recordsOf(work: () => Promise<unknown>): Promise<TrailRecord[]> {
      const { ground } = served.house;
      await ground.trail.flush();
      const known = new Set((await ground.db.read.find(TrailRecordTable)).map(({ id }) => id));
      await work();
      await ground.trail.flush();
      return (await ground.db.read.find(TrailRecordTable)).filter(({ id }) => !known.has(id));
    }

    it('once for each change, under its own name', async () => {
      const on = served.house.ground.db.read;
      const changes: [string, () => Promise<unknown>][] = [
        ['CreateUser', () => scim.post('/Users', userBody('nora'))],
        ['UpdateUser', () => scim.put(`/Users/${paula}`, userBody('paula', { title: 'Dr' }))],
        ['DeactivateUser', () => scim.patch(`/Users/${paula}`, active(false))],
        ['ActivateUser', () => scim.put(`/Users/${paula}`, userBody('paula', { active: true }))],
        ['UpdateUser', () => scim.patch(`/Users/${paula}`, active(true))],
        ['CreateDirectoryGroup', () => scim.post('/Groups', groupBody('New', [paula]))],
        ['UpdateDirectoryGroup', () => scim.patch(`/Groups/${pro}`, { op: 'replace', path: 'members', value: [] })],
        ['UpdateDirectoryGroup', () => scim.put(`/Groups/${pro}`, groupBody('Pro', [paula]))],
        ['DeleteDirectoryGroup', () => scim.delete(`/Groups/${pro}`)],
        ['DeleteUser', () => scim.delete(`/Users/${paula}`)],
      ];
      for (const [eventName, change] of changes) {
        const before = await on.count(TrailRecordTable);
        const records = await recordsOf(change);
        assert.deepEqual(
          records.map((record) => record.eventName),
          [eventName],
        );
        const { identity, errorCode, readOnly, accountId, eventTime } = records[0]!;
        assert.deepEqual(
          { ...identity, errorCode, readOnly, accountId },
          {
            type: 'ScimKey',
            principalId: served.keyId,
            userName: 'Okta',
            organisationId: served.acme.scope.organisationId,
            accountId: served.acme.scope.accountId,
            errorCode: null,
            readOnly: false,
          },
        );
        assert.ok(clock.now() - eventTime < 10_000);
        assert.ok((await on.count(TrailRecordTable)) > before);
      }
    });

    it('once for each refusal, with the reason and no secret', async () => {
      const { house, token } = served;
      const refusals: [string, string, () => Promise<unknown>][] = [
        ['CreateUser', 'user.userNameTaken', () => scim.post('/Users', userBody('paula'))],
        ['CreateUser', 'body.notJson', () => scim.send({ method: 'POST', path: '/Users', raw: '{' })],
        ['CreateUser', 'scim.invalidValue', () => scim.post('/Users', {})],
        ['UpdateUser', 'scim.notFound', () => scim.patch('/Users/nobody', active(false))],
        ['UpdateUser', 'scim.invalidSyntax', () => scim.patch(`/Users/${paula}`)],
        ['UpdateDirectoryGroup', 'group.memberUnknown', () => scim.put(`/Groups/${pro}`, groupBody('Pro', ['x']))],
        ['DeleteDirectoryGroup', 'scim.notFound', () => scim.delete('/Groups/nobody')],
        ['GetUser', 'scim.notFound', () => scim.get('/Users/nobody')],
        ['ScimRequest', 'scim.keyRefused', () => served.as(`${token}x`).post('/Users', userBody('mallory'))],
      ];
      for (const [eventName, code, refused] of refusals) {
        const records = await recordsOf(refused);
        assert.deepEqual(
          records.map((record) => record.eventName),
          [eventName],
          code,
        );
        assert.match(records[0]!.errorMessage ?? '', new RegExp(`^${code}: `));
        assert.match(records[0]!.errorCode ?? '', /Exception$/);
        assert.ok(!JSON.stringify(records).includes(token));
      }
      assert.ok(house);
    });

    it('a moment later for reads, which wait for no commit', async () => {
      const { db, trail } = served.house.ground;
      await trail.flush();
      const before = await db.read.count(TrailRecordTable);
      const records = await recordsOf(async () => {
        await scim.get(`/Users/${paula}`);
        await scim.get('/Users?filter=userName%20pr');
        await scim.get(`/Groups/${pro}`);
        await scim.get('/Groups');
      });
      assert.deepEqual(
        records.map(({ eventName }) => eventName),
        ['GetUser', 'ListUsers', 'GetDirectoryGroup', 'ListDirectoryGroups'],
      );
      assert.ok(records.every(({ readOnly }) => readOnly));
      assert.equal(await db.read.count(TrailRecordTable), before + 4);
    });
  });
});
