import assert from 'node:assert/strict';
import { groupSchema, userSchema } from '../../../../src/directory/scim/protocol/attributes.ts';
import type { Attribute } from '../../../../src/directory/scim/protocol/attributes.ts';
import { scimError } from '../../../../src/directory/scim/protocol/errors.ts';
import { errorBody, listResponse, scimType, urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { project, wants } from '../../../../src/directory/scim/protocol/projection.ts';
import { resourceTypes, schemas, serviceProviderConfig } from '../../../../src/directory/scim/protocol/schema.ts';
import { CarillonError } from '../../../../src/platform/errors/errors.ts';

const base = 'https://x/scim/v2';

/** `name`, `name.sub`, … with the type of each, of a table or a document. */
function outline(attributes: unknown, prefix = ''): string[] {
  assert.ok(Array.isArray(attributes));
  return attributes.flatMap(({ name, type, multiValued, subAttributes }: Record<string, unknown>) => [
    `${prefix}${String(name)} ${type === 'reference' ? 'string' : String(type)}${multiValued === true ? ' many' : ''}`,
    ...(subAttributes === undefined ? [] : outline(subAttributes, `${prefix}${String(name)}.`)),
  ]);
}
const stored = (known: ReadonlyMap<string, Attribute>, prefix = ''): string[] =>
  [...known.values()].flatMap((attribute) =>
    attribute.mutability !== 'readWrite' || attribute.name === 'externalId' || attribute.name.startsWith('urn:')
      ? []
      : [
          `${prefix}${attribute.name} ${attribute.type}${attribute.multiValued ? ' many' : ''}`,
          ...stored(attribute.sub, `${prefix}${attribute.name}.`),
        ],
  );

describe('SCIM discovery', () => {
  it('advertises exactly what is stored and returned', () => {
    const [user, enterprise, group] = schemas(base);
    assert.deepEqual(
      outline(user?.['attributes'])
        .filter((line) => !line.startsWith('groups'))
        .sort(),
      stored(userSchema.attributes).sort(),
    );
    assert.deepEqual(outline(group?.['attributes']).sort(), stored(groupSchema.attributes).sort());
    const extension = userSchema.attributes.get(urn.enterprise.toLowerCase());
    assert.deepEqual(outline(enterprise?.['attributes']).sort(), stored(extension?.sub ?? new Map()).sort());
    assert.ok(outline(user?.['attributes']).includes('groups complex many'));
    assert.doesNotMatch(JSON.stringify(user), /"name":"(password|photos|roles|x509Certificates)"/);
  });

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

  it('tells what is supported', () => {
    const { patch, filter, bulk, sort, etag, changePassword } = serviceProviderConfig(base);
    assert.deepEqual(patch, { supported: true });
    assert.deepEqual(filter, { supported: true, maxResults: 200 });
    assert.deepEqual(bulk, { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 });
    assert.deepEqual(
      [sort, etag, changePassword].map((each) => Object.values(Object(each))[0]),
      Array(3).fill(false),
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
    assert.deepEqual(project(resource, { attributes }), {
      schemas: [urn.user],
      id: 'u',
      userName: 'a',
      name: { givenName: 'A' },
      emails: [{ value: 'x' }],
      [urn.enterprise]: { department: 'D' },
    });
    assert.deepEqual(Object.keys(project(resource, { attributes: `${urn.user}:userName` })), [
      'schemas',
      'id',
      'userName',
    ]);
  });

  it('are all but those excluded', () => {
    assert.deepEqual(project(resource, { excludedAttributes: `emails,id,name.givenName,${urn.enterprise}` }), {
      schemas: [urn.user],
      id: 'u',
      userName: 'a',
      name: { familyName: 'B' },
    });
    assert.equal(project(resource, {}), resource);
  });

  it('tell whether members need loading', () => {
    assert.equal(wants('members', {}), true);
    assert.equal(wants('members', { excludedAttributes: 'displayName,Members' }), false);
    assert.equal(wants('members', { excludedAttributes: 'members.display' }), true);
    assert.equal(wants('members', { attributes: 'id' }), false);
    assert.equal(wants('members', { attributes: 'members.value' }), true);
  });
});
