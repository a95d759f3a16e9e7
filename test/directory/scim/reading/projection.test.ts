import assert from 'node:assert/strict';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { created, groupBody, patchSchema, type Served, serveScim, userBody } from '../support.ts';

const extension = { department: 'Research', division: 'D', manager: { value: 'nobody' } };
const body = (name: string) =>
  userBody(name, {
    displayName: name,
    name: { givenName: 'A', familyName: 'B' },
    emails: [{ value: `${name}@acme.example`, type: 'work' }, { value: 'b@home.example' }],
    [urn.enterprise]: extension,
  });

describeOnEachEngine('SCIM answers, in parts', () => {
  let served: Served;
  let paula: string;
  let pro: string;
  before(async () => {
    served = await serveScim();
    paula = await created(served.scim, '/Users', body('paula'));
    pro = await created(served.scim, '/Groups', groupBody('Pro', [paula]));
  });
  after(() => served.stop());

  it('have what was named, whatever is read or written', async () => {
    const { scim } = served;
    const query = `?attributes=USERNAME,${urn.user}:name.givenName,emails.type,${urn.enterprise}:manager.value,shoeSize`;
    const part = (name: string, id: string) => ({
      schemas: [urn.user, urn.enterprise],
      id,
      userName: `${name}@acme.example`,
      name: { givenName: 'A' },
      emails: [{ type: 'work' }],
      [urn.enterprise]: { manager: { value: 'nobody' } },
    });
    const posted = await scim.post(`/Users${query}`, body('nora'));
    assert.deepEqual(posted.body, part('nora', posted.body.id));
    const operation = { schemas: [patchSchema], Operations: [{ op: 'replace', path: 'title', value: 'Dr' }] };
    const replies = [
      await scim.get(`/Users/${paula}${query}`),
      await scim.put(`/Users/${paula}${query}`, body('paula')),
      await scim.send({ method: 'PATCH', path: `/Users/${paula}${query}`, body: operation }),
    ];
    for (const reply of replies) assert.deepEqual(reply.body, part('paula', paula), reply.text);
    const listed = (await scim.get(`/Users${query}&filter=id%20eq%20%22${paula}%22`)).body.Resources;
    assert.deepEqual(listed, [part('paula', paula)]);
  });

  it('have what was named of an extension without its URN, as filters take it', async () => {
    const { scim } = served;
    const about = { schemas: [urn.user, urn.enterprise], id: paula };
    const named = await scim.get(`/Users/${paula}?attributes=Department,manager.value`);
    const part = { department: 'Research', manager: { value: 'nobody' } };
    assert.deepEqual(named.body, { ...about, [urn.enterprise]: part });
    const excluded = await scim.get(`/Users/${paula}?excludedAttributes=department,manager`);
    assert.deepEqual(excluded.body[urn.enterprise], { division: 'D' });
    assert.deepEqual((await scim.get(`/Groups/${pro}?attributes=department`)).body, { schemas: [urn.group], id: pro });
  });

  it('have all but what was excluded, and never lack their id and schemas', async () => {
    const { scim } = served;
    const excluded = `id,schemas,meta,groups,name,emails.value,${urn.enterprise}:manager,${urn.enterprise}:division`;
    const { body: shown } = await scim.get(`/Users/${paula}?excludedAttributes=${excluded}`);
    assert.deepEqual(shown, {
      schemas: [urn.user, urn.enterprise],
      id: paula,
      userName: 'paula@acme.example',
      displayName: 'paula',
      title: 'Dr',
      active: true,
      emails: [{ type: 'work' }],
      [urn.enterprise]: { department: 'Research' },
    });
    const put = await scim.put(`/Users/${paula}?excludedAttributes=${urn.enterprise}`, body('paula'));
    assert.equal(put.body[urn.enterprise], undefined);
  });

  it('have a group without its members, as Entra asks, and with them where only they are asked', async () => {
    const { scim } = served;
    const { body: group } = await scim.get(`/Groups/${pro}?excludedAttributes=members`);
    assert.deepEqual(Object.keys(group), ['schemas', 'id', 'displayName', 'meta']);
    const found = await scim.get('/Groups?excludedAttributes=Members&filter=displayName%20eq%20%22PRO%22');
    assert.deepEqual(found.body.Resources, [group]);
    const members = await scim.get(`/Groups/${pro}?attributes=members.value`);
    assert.deepEqual(members.body, { schemas: [urn.group], id: pro, members: [{ value: paula }] });
    const operation = { schemas: [patchSchema], Operations: [{ op: 'remove', path: 'members' }] };
    const patched = await scim.send({ method: 'PATCH', path: `/Groups/${pro}?attributes=members`, body: operation });
    assert.deepEqual(patched.body, { schemas: [urn.group], id: pro, members: [] });
  });
});
