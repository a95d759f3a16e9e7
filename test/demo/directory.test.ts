import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startDirectory } from '../../deploy/demo/directory/server.ts';
import type { Directory } from '../../deploy/demo/directory/server.ts';
import { testFolder } from '../support/folder.ts';
import { startScimStub } from './scim-stub.ts';
import type { ScimStub } from './scim-stub.ts';

const token = 'the token of the test';
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const find = (userName: string): string =>
  `GET /Users?filter=userName%20eq%20%22${userName}%40acme.example%22&startIndex=1&count=100`;
const operations = (...list: object[]) => ({ schemas: [patchOp], Operations: list });
const group = (name: string): string => `GET /Groups?filter=displayName%20eq%20%22${name}%22&startIndex=1&count=100`;
const ben = '/people/00ubenbasset000002d7';

describe('the sample company: directory', () => {
  let folder: string;
  let stub: ScimStub;
  let directory: Directory;
  let waited: number[];

  const start = async (connected = true): Promise<void> => {
    directory = await startDirectory({
      port: 0,
      statePath: join(folder, 'company.json'),
      ...(connected && { scim: { baseUrl: stub.baseUrl, token } }),
      wait: async (milliseconds) => void waited.push(milliseconds),
    });
  };
  const press = async (path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams(fields);
    const reply = await fetch(directory.url + path, { method: 'POST', body, headers, redirect: 'manual' });
    await reply.body?.cancel();
    return reply.status;
  };
  const page = async (): Promise<string> => (await fetch(`${directory.url}/`)).text();
  const bodies = (method: string): unknown[] =>
    stub.requests.filter((each) => each.method === method).map((each) => each.body);

  beforeEach(async () => {
    folder = testFolder();
    waited = [];
    stub = await startScimStub();
  });
  afterEach(async () => {
    await directory.close();
    await stub.close();
  });

  it('sends nothing until it is connected, then tests and pushes as Okta does', async () => {
    await start(false);
    assert.equal(await press(`${ben}/deactivate`), 303);
    assert.equal(await press(`${ben}/activate`), 303);
    assert.deepEqual(stub.lines(), []);
    assert.equal(await press('/settings', { baseUrl: `${stub.baseUrl}/`, token, test: 'yes' }), 303);
    assert.deepEqual(stub.lines(), ['GET /Users?startIndex=1&count=2']);
    const { headers } = stub.requests[0] ?? assert.fail();
    assert.equal(headers.authorization, `Bearer ${token}`);
    assert.equal(headers['user-agent'], 'Okta SCIM Client 1.0.0');
    assert.equal(headers.accept, 'application/scim+json');
    assert.equal(headers['accept-charset'], 'utf-8');
    assert.match(await page(), /The app was verified successfully/);

    stub.clear();
    await press('/push');
    assert.deepEqual(stub.lines(), [
      ...['paula.prentice', 'ben.basset', 'nora.nunez'].flatMap((name) => [find(name), 'POST /Users']),
      group('Everyone'),
      'POST /Groups',
      ...Array.from({ length: 3 }, () => 'PATCH /Groups/groups-1'),
      group('Carillon%20Pro'),
      'POST /Groups',
      ...Array.from({ length: 3 }, () => 'PATCH /Groups/groups-2'),
      group('Carillon%20Basic'),
      'POST /Groups',
      ...Array.from({ length: 3 }, () => 'PATCH /Groups/groups-3'),
    ]);
    assert.equal(stub.requests[1]?.headers['content-type'], 'application/scim+json; charset=utf-8');
    const { password, ...paula } = bodies('POST')[0] as Record<string, unknown>;
    assert.equal(typeof password, 'string');
    assert.deepEqual(paula, {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'paula.prentice@acme.example',
      name: { givenName: 'Paula', familyName: 'Prentice' },
      emails: [{ primary: true, value: 'paula.prentice@acme.example', type: 'work' }],
      displayName: 'Paula Prentice',
      locale: 'en-US',
      externalId: '00upaulaprentice01d7',
      groups: [],
      active: true,
    });
    assert.deepEqual(bodies('POST')[4], {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'Carillon Pro',
      members: [],
    });
    const named = operations({ op: 'replace', value: { id: 'groups-2', displayName: 'Carillon Pro' } });
    assert.deepEqual(bodies('PATCH').slice(3, 6), [
      named,
      named,
      operations({ op: 'add', path: 'members', value: [{ value: 'users-1', display: 'paula.prentice@acme.example' }] }),
    ]);
  });

  describe('when everything has been pushed', () => {
    beforeEach(async () => {
      await start();
      await directory.company.pushNow();
      stub.clear();
    });

    it('deactivates with a PATCH without path, and activates by finding the same person', async () => {
      await press(`${ben}/deactivate`);
      assert.deepEqual(stub.lines(), ['GET /Users/users-2', 'PATCH /Users/users-2']);
      assert.deepEqual(bodies('PATCH'), [operations({ op: 'replace', value: { active: false } })]);
      stub.clear();
      await press(`${ben}/activate`);
      assert.deepEqual(stub.lines(), [find('ben.basset'), 'PATCH /Users/users-2']);
      assert.deepEqual(bodies('PATCH'), [operations({ op: 'replace', value: { active: true } })]);
    });

    it('moves to the new group before it leaves the old', async () => {
      await press(`${ben}/move`, { group: '00gcarillonpro0000d7' });
      assert.deepEqual(stub.lines(), [
        'PATCH /Groups/groups-2',
        'PATCH /Groups/groups-2',
        'PATCH /Groups/groups-3',
        'PATCH /Groups/groups-3',
      ]);
      assert.deepEqual(bodies('PATCH'), [
        operations({ op: 'replace', value: { id: 'groups-2', displayName: 'Carillon Pro' } }),
        operations({ op: 'add', path: 'members', value: [{ value: 'users-2', display: 'ben.basset@acme.example' }] }),
        operations({ op: 'replace', value: { id: 'groups-3', displayName: 'Carillon Basic' } }),
        operations({ op: 'remove', path: 'members[value eq "users-2"]' }),
      ]);
      stub.clear();
      await press('/push');
      assert.deepEqual(bodies('PATCH').at(-1), operations({ op: 'replace', path: 'members', value: [] }));
    });

    it('adds a person, and renames with GET and PUT of the whole', async () => {
      await press('/people', { givenName: 'Ada', familyName: 'Amber', group: 'none' });
      assert.deepEqual(stub.lines(), [
        find('ada.amber'),
        'POST /Users',
        'PATCH /Groups/groups-1',
        'PATCH /Groups/groups-1',
      ]);
      stub.clear();
      await press(`${ben}/rename`, { givenName: 'Benjamin', familyName: 'Basset' });
      assert.deepEqual(stub.lines(), ['GET /Users/users-2', 'PUT /Users/users-2']);
      const put = bodies('PUT')[0] as Record<string, unknown>;
      assert.equal(put['id'], 'users-2');
      assert.deepEqual(put['name'], { givenName: 'Benjamin', familyName: 'Basset' });
      assert.deepEqual(put['groups'], []);
      assert.equal(put['active'], true);
    });

    it('waits as long as a 429 says, and shows a refusal in the server’s own words', async () => {
      stub.next.push({ status: 429, headers: { 'retry-after': '7' } }, { status: 429 }, { status: 429 });
      await press(`${ben}/deactivate`);
      assert.deepEqual(waited, [7000, 300_000, 600_000]);
      assert.deepEqual(stub.lines().slice(-2), ['GET /Users/users-2', 'PATCH /Users/users-2']);
      stub.next.push({ status: 401, body: { detail: 'The key is not valid.', status: '401' } });
      await press(`${ben}/activate`);
      assert.match(await page(), /the server answered 401: The key is not valid\./);
    });

    it('keeps what it knows, pushes what a stop cut short, and never shows the token', async () => {
      await press(`${ben}/deactivate`);
      const text = await page();
      assert.ok(!text.includes(token));
      assert.match(text, /PATCH \/scim\/v2\/Users\/users-2/);
      assert.match(text, /Bearer \(hidden\)/);
      await directory.close();
      await start();
      assert.equal(directory.company.state().people[1]?.active, false);
      const written = JSON.parse(await readFile(join(folder, 'company.json'), 'utf8')) as { log: unknown[] };
      assert.ok(written.log.length > 10);
      stub.clear();
      await directory.company.resume();
      assert.deepEqual(stub.lines(), [], 'nothing was cut short');
    });

    it('refuses forms of other sites, other host names, and what is not there', async () => {
      assert.equal(await press(`${ben}/deactivate`, {}, { origin: 'https://evil.example' }), 403);
      assert.equal(await press('/nothing'), 404);
      await press('/people/00unobody/deactivate');
      assert.match(await page(), /There is no such person/);
      assert.deepEqual(stub.lines(), []);
    });
  });
});
