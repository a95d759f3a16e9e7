import assert from 'node:assert/strict';
import { scimError } from '../../../../src/directory/scim/protocol/errors.ts';
import { errorBody, listResponse, scimType, urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { namesIn, project, wants } from '../../../../src/directory/scim/protocol/projection.ts';
import { resourceTypes, schemas, serviceProviderConfig } from '../../../../src/directory/scim/protocol/schema.ts';
import { CarillonError } from '../../../../src/platform/errors/errors.ts';

const base = 'https://x/scim/v2';

describe('SCIM discovery', () => {
  it('says where each document is', () => {
    for (const { id, meta } of schemas(base))
      assert.deepEqual(meta, { resourceType: 'Schema', location: `${base}/Schemas/${id}` });
    assert.deepEqual(
      resourceTypes(base).map(({ id, endpoint, schema }) => [id, endpoint, schema]),
      [
        ['User', '/Users', urn.user],
        ['Group', '/Groups', urn.group],
      ],
    );
  });

  it('tells in words what each attribute is for', () => {
    const described = (attributes: unknown): void => {
      for (const { name, description, subAttributes } of attributes as Record<string, unknown>[]) {
        assert.match(String(description), /\w/, String(name));
        if (subAttributes !== undefined) described(subAttributes);
      }
    };
    for (const { attributes } of schemas(base)) described(attributes);
  });

  it('tells what is supported', () => {
    const { patch, filter, bulk, sort, etag, changePassword, pagination } = serviceProviderConfig(base);
    assert.deepEqual(filter, { supported: true, maxResults: 200 });
    assert.deepEqual(pagination, {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 200,
      maxPageSize: 200,
      cursorTimeout: 3600,
    });
    assert.deepEqual(bulk, { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 });
    assert.deepEqual(
      [patch, sort, etag, changePassword].map((each) => Object.values(Object(each))[0]),
      [true, true, true, false],
    );
  });
});

describe('SCIM messages', () => {
  it('list with numbers', () => {
    assert.deepEqual(listResponse([{ id: 'a' }], 7, 3), {
      schemas: [urn.listResponse],
      totalResults: 7,
      startIndex: 3,
      itemsPerPage: 1,
      Resources: [{ id: 'a' }],
    });
  });

  it('refuse with a status in text, and the type that the RFC has for it', () => {
    assert.deepEqual(errorBody(scimError('scim.notFound', { values: { id: 'u1' } })), {
      schemas: [urn.error],
      status: '404',
      detail: 'Resource u1 was not found.',
    });
    assert.equal(errorBody(scimError('scim.uniqueness', { values: { field: 'userName' } })).scimType, 'uniqueness');
    assert.equal(scimType(scimError('scim.invalidFilter')), 'invalidFilter');
    assert.equal(scimType(new CarillonError('users.taken', 'Conflict', 'Taken.')), 'uniqueness');
    assert.equal(scimType(new CarillonError('toString', 'BadRequest', '')), undefined);
  });
});

describe('the parts of a resource that are asked for', () => {
  const resource = {
    schemas: [urn.user],
    id: 'u',
    userName: 'a',
    name: { givenName: 'A', familyName: 'B' },
    emails: [{ value: 'x', type: 'work' }],
    [urn.enterprise]: { department: 'D', division: 'V' },
  };

  it('are those named, with id and schemas', () => {
    const attributes = `USERNAME, name.givenName,emails.value,${urn.enterprise}:department`;
    assert.deepEqual(project(resource, { attributes: namesIn(attributes) }), {
      schemas: [urn.user],
      id: 'u',
      userName: 'a',
      name: { givenName: 'A' },
      emails: [{ value: 'x' }],
      [urn.enterprise]: { department: 'D' },
    });
    assert.deepEqual(Object.keys(project(resource, { attributes: namesIn(`${urn.user}:userName`) })), [
      'schemas',
      'id',
      'userName',
    ]);
  });

  it('are all but those excluded', () => {
    assert.deepEqual(project(resource, { excludedAttributes: namesIn(`emails,id,name.givenName,${urn.enterprise}`) }), {
      schemas: [urn.user],
      id: 'u',
      userName: 'a',
      name: { familyName: 'B' },
    });
    assert.equal(project(resource, {}), resource);
  });

  it('tell whether members need loading', () => {
    assert.equal(wants('members', {}), true);
    assert.equal(wants('members', { excludedAttributes: namesIn('displayName,Members') }), false);
    assert.equal(wants('members', { excludedAttributes: namesIn('members.display') }), true);
    assert.equal(wants('members', { attributes: namesIn('id') }), false);
    assert.equal(wants('members', { attributes: namesIn('members.value') }), true);
  });
});
