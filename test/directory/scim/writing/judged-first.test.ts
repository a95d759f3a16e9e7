import assert from 'node:assert/strict';
import { createScimKey } from '../../../../src/directory/scim/keys/keys.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { testCompany } from '../../../support/company.ts';
import {
  assertRefused,
  created,
  groupBody,
  membersOf,
  type Reply,
  type Scim,
  type Served,
  serveScim,
  patchSchema,
  userBody,
} from '../support.ts';

describeOnEachEngine('SCIM: members, and whether the group may be changed', () => {
  let served: Served;
  let [ann, bob, group] = ['', '', ''];
  before(async () => {
    served = await serveScim();
    ann = await created(served.scim, '/Users', userBody('ann'));
    bob = await created(served.scim, '/Users', userBody('bob'));
    group = await created(served.scim, '/Groups', groupBody('Sales', [ann]));
  });
  after(() => served.stop());

  const nobody = '00000000000000000000000000';
  const adding = (...ids: string[]) => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
  const removing = (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` });
  const stale = (operation: object): Promise<Reply> =>
    served.scim.send({
      method: 'PATCH',
      path: `/Groups/${group}`,
      body: { schemas: [patchSchema], Operations: [operation] },
      headers: { 'if-match': 'W/"stale"' },
    });

  it('nobody comes or goes of a group that another has pushed, or nobody', async () => {
    const other = await testCompany(served.house, 'other.example');
    const { token } = await createScimKey(served.house.ground, other.scope, { name: 'Other' });
    const theirs: Scim = served.as(token);
    const mallory = await created(theirs, '/Users', { ...userBody('mallory'), userName: 'mallory@other.example' });
    for (const [scim, id] of [
      [theirs, group],
      [served.scim, nobody],
    ] as const) {
      for (const operation of [adding(mallory), adding(bob), adding(nobody), removing(ann)]) {
        assertRefused(await scim.patch(`/Groups/${id}`, operation), 404);
      }
    }
    assert.deepEqual(await membersOf(served.scim, group), [ann]);
  });

  it('nobody comes or goes of a group that has changed since, whatever else is wrong', async () => {
    const before = await served.scim.get(`/Groups/${group}`);
    for (const operation of [adding(bob), adding(nobody), removing(ann)]) assertRefused(await stale(operation), 412);
    assert.deepEqual((await served.scim.get(`/Groups/${group}`)).body, before.body);
  });

  it('all operations hold or none, whichever comes first', async () => {
    const before = await served.scim.get(`/Groups/${group}`);
    assertRefused(await served.scim.patch(`/Groups/${group}`, adding(bob), adding(nobody)), 400, 'invalidValue');
    assertRefused(await served.scim.patch(`/Groups/${group}`, adding(nobody), adding(bob)), 400, 'invalidValue');
    assert.deepEqual((await served.scim.get(`/Groups/${group}`)).body, before.body);
  });

  it('its version is the one that is read afterwards', async () => {
    const renamed = { op: 'replace', path: 'displayName', value: 'Sellers' };
    for (const operations of [[adding(bob)], [removing(bob)], [adding(bob)], [removing(bob), renamed], [adding(ann)]]) {
      const reply = await served.scim.patch(`/Groups/${group}`, ...operations);
      assert.equal(reply.status, 204, reply.text);
      assert.equal(reply.headers['etag'], (await served.scim.get(`/Groups/${group}`)).headers['etag']);
    }
    assert.deepEqual(await membersOf(served.scim, group), [ann]);
  });
});
