import assert from 'node:assert/strict';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { assertRefused, created, groupBody, type Resource, type Served, serveScim, userBody } from '../support.ts';

/** An attribute as `/Schemas` describes it. */
interface Described {
  name: string;
  type: string;
  multiValued: boolean;
  required: boolean;
  caseExact?: boolean;
  mutability: string;
  returned: string;
  uniqueness?: string;
  canonicalValues?: string[];
  referenceTypes?: string[];
  subAttributes?: Described[];
}

/** A plain attribute, with those that lead to it; the extension is named by its URN. */
interface Leaf {
  steps: Described[];
  extension: string | null;
  path: string;
}

function leavesOf(attributes: readonly Described[], extension: string | null, above: Described[] = []): Leaf[] {
  return attributes.flatMap((each) => {
    const steps = [...above, each];
    if (each.subAttributes) return leavesOf(each.subAttributes, extension, steps);
    const names = steps.map(({ name }) => name).join('.');
    return [{ steps, extension, path: extension ? `${extension}:${names}` : names }];
  });
}

let made = 0;
/** A value of the attribute's type that nobody else has; text in both cases. */
function sample({ steps, path }: Leaf): unknown {
  const { type, canonicalValues } = steps.at(-1)!;
  const word = `Ab${made++}x`;
  if (type === 'boolean') return true;
  if (path === 'userName') return `${word}@Acme.example`;
  if (path === 'emails.value') return `${word}@Acme.example`;
  if (type === 'reference') return `https://Acme.example/${word}`;
  return type === 'binary' ? Buffer.from(word).toString('base64') : (canonicalValues?.[0] ?? word);
}

/** A part of a body that says this value, with what an element needs beside it. */
function saying({ steps, extension, path }: Leaf, value: unknown): object {
  let part: unknown = value;
  for (const [i, { name, multiValued, subAttributes }] of [...steps.entries()].toReversed()) {
    const below = steps[i + 1];
    if (multiValued && below) {
      const needed = subAttributes?.find((each) => each.name === 'value') ?? subAttributes![0]!;
      const other = { steps: [needed], extension: null, path: `${path.split('.')[0]}.${needed.name}` };
      part = [below === needed ? part : { [needed.name]: sample(other), ...(part as object) }];
    }
    part = { [name]: part };
  }
  return extension ? { [extension]: part as object } : (part as object);
}

/** What a resource says there: of an element, the first. */
function saidAt(resource: Resource, { steps, extension }: Leaf): unknown {
  let value: unknown = extension ? resource[extension] : resource;
  for (const { name } of steps) {
    if (Array.isArray(value)) value = (value as unknown[])[0];
    value = (value as Record<string, unknown> | undefined)?.[name];
  }
  return value;
}

const swapped = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));

describeOnEachEngine('SCIM schemas', () => {
  let served: Served;
  let leaves: Leaf[];
  let advertised: Map<string, Described[]>;
  before(async () => {
    served = await serveScim({ scimRate: 1_000_000 });
    const { body } = await served.scim.get('/Schemas');
    advertised = new Map(body.Resources.map((each) => [each.id, each['attributes'] as Described[]]));
    leaves = [
      ...leavesOf(advertised.get(urn.user)!, null),
      ...leavesOf(advertised.get(urn.enterprise)!, urn.enterprise),
    ];
  });
  after(() => served.stop());

  const post = (rest: object) => served.scim.post('/Users', { ...userBody(`n${made++}`), ...rest });
  const read = async (id: string, query = ''): Promise<Resource> =>
    (await served.scim.get(`/Users/${id}${query}`)).body;
  const isReadOnly = ({ steps }: Leaf): boolean => steps.some(({ mutability }) => mutability === 'readOnly');
  /** Those that a directory says, each with a value and a person who has it. */
  async function* told(): AsyncGenerator<{ leaf: Leaf; value: unknown; id: string }> {
    for (const leaf of leaves.filter((each) => !isReadOnly(each))) {
      const value = sample(leaf);
      const reply = await post(saying(leaf, value));
      assert.equal(reply.status, 201, `${leaf.path}: ${reply.text}`);
      yield { leaf, value, id: reply.body.id };
    }
  }

  it('name all of the core and the enterprise schema, and no password', () => {
    const names = (id: string) => advertised.get(id)!.map(({ name }) => name);
    assert.equal(names(urn.user).length, 20);
    for (const name of ['ims', 'photos', 'roles', 'entitlements', 'x509Certificates', 'groups'])
      assert.ok(names(urn.user).includes(name), name);
    assert.ok(!names(urn.user).includes('password'));
    const enterprise = ['employeeNumber', 'costCenter', 'organization', 'division', 'department', 'manager'];
    assert.deepEqual(names(urn.enterprise), enterprise);
    assert.deepEqual(names(urn.group), ['displayName', 'members']);
  });

  it('are true of what can be written, and what is returned', async function () {
    this.timeout(60_000);
    for await (const { leaf, value, id } of told()) {
      const shown = await read(id);
      assert.deepEqual(saidAt(shown, leaf), value, leaf.path);
      const first = leaf.steps[0]!;
      const whole = leaf.extension ? (shown[leaf.extension] as Resource)[first.name] : shown[first.name];
      assert.equal(Array.isArray(whole), first.multiValued, leaf.path);
      assert.equal(leaf.steps.at(-1)!.returned, 'default');
      assert.equal(saidAt(await read(id, `?excludedAttributes=${leaf.path}`), leaf), undefined, leaf.path);
      assert.deepEqual(saidAt(await read(id, `?attributes=${leaf.path.toUpperCase()}`), leaf), value, leaf.path);
      assert.equal(saidAt(await read(id, '?attributes=id'), leaf), undefined, leaf.path);
      const other = leaf.steps.at(-1)!.type === 'boolean' ? false : sample(leaf);
      const put = await served.scim.put(`/Users/${id}`, { userName: shown['userName'], ...saying(leaf, other) });
      assert.deepEqual(saidAt(put.body, leaf), other, `${leaf.path}: ${put.text}`);
    }
  });

  it('are true of what cannot be written', async () => {
    const known = await post({});
    const group = await created(served.scim, '/Groups', groupBody('Known', [known.body.id]));
    const readOnly = leaves.filter(isReadOnly);
    assert.deepEqual(
      readOnly.map(({ path }) => path.replace(`${urn.enterprise}:`, '')),
      ['groups.value', 'groups.$ref', 'groups.display', 'groups.type', 'manager.$ref', 'manager.displayName'],
    );
    for (const leaf of readOnly) {
      const reply = await post(saying(leaf, sample(leaf)));
      assert.equal(reply.status, 201, leaf.path);
      assert.equal(saidAt(await read(reply.body.id), leaf), undefined, leaf.path);
    }
    const boss = await post({ displayName: 'The boss' });
    const managed = await post({ [urn.enterprise]: { manager: { value: boss.body.id, displayName: 'Nobody' } } });
    const location = `http://localhost:3000/scim/v2/Users/${boss.body.id}`;
    const manager = { value: boss.body.id, $ref: location, displayName: 'The boss' };
    for (const { body } of [managed, await served.scim.get(`/Users/${managed.body.id}`)])
      assert.deepEqual((body[urn.enterprise] as Resource)['manager'], manager);
    assert.deepEqual((await read(known.body.id))['groups'], [
      { value: group, display: 'Known', type: 'direct', $ref: `http://localhost:3000/scim/v2/Groups/${group}` },
    ]);
    await served.scim.delete(`/Users/${boss.body.id}`);
    assert.deepEqual(((await read(managed.body.id))[urn.enterprise] as Resource)['manager'], { value: boss.body.id });
  });

  it('are true of types', async () => {
    for (const leaf of leaves.filter((each) => !isReadOnly(each))) {
      const { type } = leaf.steps.at(-1)!;
      const wrong = type === 'boolean' ? 'perhaps' : 7;
      assertRefused(await post(saying(leaf, wrong)), 400, 'invalidValue', leaf.steps.at(-1)!.name);
      for (const value of leaf.steps.at(-1)!.canonicalValues ?? [])
        assert.equal((await post(saying(leaf, value))).status, 201, value);
    }
    const refused: [string, object][] = [
      ['photos.value', { photos: [{ value: 'Ann.png' }] }],
      ['photos.value', { photos: [{ value: 'javascript:alert(1)' }] }],
      ['photos.value', { photos: [{ value: `https://x/${'y'.repeat(2100)}` }] }],
      ['x509Certificates.value', { x509Certificates: [{ value: 'no, base64' }] }],
      ['x509Certificates.value', { x509Certificates: [{ value: 'A'.repeat(17_000) }] }],
      ['emails.value', { emails: [{ value: 'x'.repeat(321) }] }],
      ['emails.value', { emails: [{ value: '\ufdfa'.repeat(30), type: 'other' }] }],
      ['roles', { roles: Array.from({ length: 51 }, (_, i) => ({ value: `r${i}` })) }],
    ];
    for (const [field, body] of refused) assertRefused(await post(body), 400, 'invalidValue', field);
    const pem = `${'QUJD'.repeat(16)}\n${'QUJD'.repeat(3)}\n`;
    assert.equal((await post({ x509Certificates: [{ value: pem }, { value: 'QUJ-_w' }] })).status, 201);
  });

  it('are true of the case of text, in filters', async function () {
    this.timeout(60_000);
    for await (const { leaf, value, id } of told()) {
      if (typeof value !== 'string') continue;
      const find = async (text: string): Promise<boolean> => {
        const filter = `id eq "${id}" and ${leaf.path} eq ${JSON.stringify(text)}`;
        const { body, text: answer } = await served.scim.get(`/Users?filter=${encodeURIComponent(filter)}`);
        assert.ok(body.Resources, answer);
        return body['totalResults'] === 1;
      };
      assert.equal(await find(value), true, leaf.path);
      assert.equal(await find(swapped(value)), !leaf.steps.at(-1)!.caseExact, leaf.path);
    }
  });

  it('are true of what is required, and of what is unique', async () => {
    for await (const { leaf, value } of told()) {
      const { required, uniqueness, type } = leaf.steps.at(-1)!;
      const without = await served.scim.post('/Users', { ...userBody(`n${made++}`), [leaf.steps[0]!.name]: undefined });
      assert.equal(without.status, required ? 400 : 201, leaf.path);
      // A primary address is a name to sign in with, so it is beside another one here.
      const first = { value: `n${made++}@acme.example`, primary: true };
      const said = saying(leaf, value) as { emails?: object[] };
      if (said.emails && leaf.path !== 'emails.primary') said.emails.unshift(first);
      const again = await post(said);
      if (type !== 'boolean') assert.equal(again.status, uniqueness === 'server' ? 409 : 201, leaf.path);
    }
  });

  it('are true of groups', async () => {
    const [name, members] = advertised.get(urn.group)! as [Described, Described];
    assert.deepEqual([name.required, name.uniqueness, name.caseExact], [true, 'server', false]);
    assertRefused(await served.scim.post('/Groups', { members: [] }), 400, 'invalidValue', 'displayName');
    const paula = (await post({ displayName: 'Paula' })).body.id;
    const group = await created(served.scim, '/Groups', groupBody('Truth', [paula]));
    assertRefused(await served.scim.post('/Groups', groupBody('TRUTH')), 409, 'uniqueness');
    const shown = (await served.scim.get(`/Groups/${group}`)).body;
    const [member] = shown['members'] as Resource[];
    assert.deepEqual(Object.keys(member!).toSorted(), members.subAttributes!.map((each) => each.name).toSorted());
    const mutability = Object.fromEntries(members.subAttributes!.map((each) => [each.name, each.mutability]));
    assert.deepEqual(mutability, { value: 'immutable', type: 'immutable', display: 'readOnly', $ref: 'readOnly' });
    for (const sub of members.subAttributes!) {
      const path = `members[value eq "${paula}"].${sub.name}`;
      const reply = await served.scim.patch(`/Groups/${group}`, { op: 'replace', path, value: 'User' });
      assertRefused(reply, 400, 'mutability');
    }
    const find = async (filter: string): Promise<unknown> =>
      (await served.scim.get(`/Groups?filter=${encodeURIComponent(`id eq "${group}" and ${filter}`)}`)).body[
        'totalResults'
      ];
    for (const sub of members.subAttributes!) {
      const value = String(member![sub.name]);
      assert.equal(await find(`members.${sub.name} eq "${value}"`), 1, sub.name);
      assert.equal(await find(`members.${sub.name} eq "${swapped(value)}"`), sub.caseExact ? 0 : 1, sub.name);
    }
  });

  it('leave nothing out that is returned', async () => {
    const named = new Set([...leaves.map(({ path }) => path), 'schemas', 'id', 'externalId']);
    const meta = ['resourceType', 'created', 'lastModified', 'location', 'version'].map((name) => `meta.${name}`);
    const everything: Record<string, unknown> = { externalId: 'x', shoeSize: 9, password: 'x', nonsense: { a: 1 } };
    for (const leaf of leaves) {
      const part = saying(leaf, sample(leaf)) as Record<string, unknown>;
      for (const [name, value] of Object.entries(part)) everything[name] = merged(everything[name], value);
    }
    const posted = await served.scim.post('/Users', everything);
    assert.equal(posted.status, 201, posted.text);
    await created(served.scim, '/Groups', groupBody('Everybody', [posted.body.id]));
    const paths = new Set(pathsOf(await read(posted.body.id)));
    for (const path of paths) assert.ok(named.has(path) || meta.includes(path), path);
    for (const leaf of leaves.filter((each) => !isReadOnly(each))) assert.ok(paths.has(leaf.path), leaf.path);
  });

  it('and the other documents are found by their ids, and take no filter', async () => {
    const { scim } = served;
    for (const path of ['/Schemas', '/ResourceTypes']) {
      const { body } = await scim.get(path);
      assert.deepEqual(body['schemas'], [urn.listResponse]);
      assert.equal(body['totalResults'], body.Resources.length);
      assert.equal(body['itemsPerPage'], body.Resources.length);
      for (const each of body.Resources) {
        const one = await scim.get(`${path}/${each.id}`);
        assert.deepEqual(one.body, each);
        assert.equal(one.headers['location'], (each['meta'] as { location: string }).location);
      }
      assertRefused(await scim.get(`${path}/Nothing`), 404);
      assert.deepEqual((await scim.get(`${path}?startIndex=2&count=1&sortBy=x&attributes=id`)).body, body);
    }
    assertRefused(await scim.get('/ServiceProviderConfig/1'), 404);
    for (const path of ['/Schemas', '/ResourceTypes', '/ServiceProviderConfig', '/ResourceTypes/User'])
      assertRefused(await scim.get(`${path}?filter=id%20pr`), 403, undefined, 'filter');
    const types = (await scim.get('/ResourceTypes')).body.Resources;
    for (const type of types) assert.equal((await scim.get(String(type['endpoint']))).status, 200);
  });

  it('and /Me is not here, by any method', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      for (const path of ['/Me', '/Me/x', '/Me/.search']) {
        const reply = await served.scim.send({ method, path });
        if (method === 'HEAD') assert.equal(reply.status, 501);
        else assertRefused(reply, 501, undefined, '/Me');
      }
  });
});

function merged(before: unknown, value: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(value)) return [merged(before[0], value[0])];
  if (typeof before !== 'object' || before === null || typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = { ...before };
  for (const [name, part] of Object.entries(value)) result[name] = merged(result[name], part);
  return result;
}

function pathsOf(value: unknown, prefix = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => pathsOf(each, prefix));
  if (typeof value !== 'object' || value === null) return [prefix.replace(/\.$/, '')];
  return Object.entries(value).flatMap(([name, part]) =>
    pathsOf(part, `${prefix}${name}${name.startsWith('urn:') ? ':' : '.'}`),
  );
}
