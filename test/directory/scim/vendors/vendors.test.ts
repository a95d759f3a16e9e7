import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { oktaClient } from '../../../../deploy/demo/directory/okta-client.ts';
import { makeSend } from '../../../../deploy/demo/directory/transport.ts';
import { sampleGroups, samplePeople } from '../../../../deploy/demo/people.ts';
import { membersOf, type Served, serveScim } from '../support.ts';
import { play, type Suite } from './run.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';

const folder = join(import.meta.dirname, 'suites');

for (const file of readdirSync(folder).toSorted()) {
  const { default: suite } = (await import(join(folder, file))) as { default: Suite };
  describeOnEachEngine(`security check 16: SCIM as ${suite.vendor} speaks it`, () => {
    let served: Served;
    before(async () => {
      served = await serveScim();
    });
    after(() => served.stop());
    play(suite, () => served);
  });
}

describeOnEachEngine('SCIM with the sample company', () => {
  it('tells the same story to the client of the demo', async () => {
    const served = await serveScim();
    try {
      const { baseUrl, token, scim } = served;
      const failures: number[] = [];
      const okta = oktaClient(
        makeSend({
          settings: () => ({ baseUrl, token }),
          log: ({ status }) => status >= 400 && failures.push(status),
          wait: () => assert.fail('nothing to wait for'),
          signal: new AbortController().signal,
        }),
      );
      await okta.test();
      const [first, second] = samplePeople();
      const [group] = sampleGroups();
      assert.ok(first && second && group);
      const id = await okta.provision(first);
      assert.equal(await okta.provision(first), id, 'matched, not made again');
      const other = await okta.provision(second);
      await okta.update({ ...first, familyName: 'Renamed' }, id);
      const pushed = await okta.pushGroup(group);
      assert.equal(pushed.created, true);
      assert.deepEqual(await okta.pushGroup(group), { id: pushed.id, created: false });
      await okta.changeMembers(group, pushed.id, [{ value: id, display: first.userName }], []);
      await okta.changeMembers(group, pushed.id, [{ value: other, display: second.userName }], [id]);
      assert.deepEqual(await membersOf(scim, pushed.id), [other]);
      await okta.replaceMembers(group, pushed.id, [{ value: id, display: first.userName }]);
      assert.deepEqual(await membersOf(scim, pushed.id), [id]);
      await okta.replaceMembers(group, pushed.id, []);
      assert.deepEqual(await membersOf(scim, pushed.id), []);
      await okta.deactivate(id);
      assert.equal((await scim.get(`/Users/${id}`)).body['active'], false);
      assert.equal(await okta.activate(first), id);
      assert.equal((await scim.get(`/Users/${id}`)).body['active'], true);
      assert.deepEqual(failures, []);
    } finally {
      await served.stop();
    }
  });
});
