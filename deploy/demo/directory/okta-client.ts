import { randomBytes } from 'node:crypto';
import { displayName } from '../people.ts';
import type { Group, Person } from '../people.ts';
import { ScimFailure } from './transport.ts';
import type { ScimReply, Send } from './transport.ts';

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

type Resource = Record<string, unknown> & { id: string };

/** A member as Okta names them in a PATCH. */
export interface Member {
  value: string;
  display: string;
}

export interface OktaClient {
  /** The *Test API Credentials* button. @throws ScimFailure saying what is wrong */
  test(): Promise<void>;
  /** Matches by userName, else creates. Gives the server's id. */
  provision(person: Person): Promise<string>;
  /** Sends the whole profile over what the server has. */
  update(person: Person, scimId: string): Promise<void>;
  deactivate(scimId: string): Promise<void>;
  /** Matches by userName and activates; creates when the server no longer knows the person. */
  activate(person: Person): Promise<string>;
  /** Matches a group by name, else creates it, empty. Gives the server's id. */
  pushGroup(group: Group): Promise<{ id: string; created: boolean }>;
  /** One change of members: the name first, as Okta does, then removals and additions together. */
  changeMembers(group: Group, scimId: string, add: Member[], remove: string[]): Promise<void>;
  /** The whole list of members, also an empty one. */
  replaceMembers(group: Group, scimId: string, members: Member[]): Promise<void>;
}

const filter = (attribute: string, value: string): string =>
  `?filter=${encodeURIComponent(`${attribute} eq ${JSON.stringify(value)}`)}&startIndex=1&count=100`;

const patch = (...operations: object[]) => ({ schemas: [patchSchema], Operations: operations });

const profileOf = (person: Person) => ({
  userName: person.userName,
  name: { givenName: person.givenName, familyName: person.familyName },
  emails: [{ primary: true, value: person.email, type: 'work' }],
  displayName: displayName(person),
  locale: 'en-US',
  externalId: person.id,
});

/** The reply's resource. @throws ScimFailure with the server's own words for any other status than those expected */
function resource(reply: ScimReply, statuses: number[], what: string): Resource {
  const body = reply.body as (Record<string, unknown> & { detail?: unknown }) | undefined;
  if (!statuses.includes(reply.status)) {
    const said = typeof body?.detail === 'string' ? `: ${body.detail}` : '.';
    throw new ScimFailure(reply.status, `${what}: the server answered ${reply.status}${said}`);
  }
  if (reply.status !== 204 && typeof body?.['id'] !== 'string')
    throw new ScimFailure(reply.status, `${what} returned empty ${what.includes('group') ? 'group' : 'user'}`);
  return (body ?? { id: '' }) as Resource;
}

/** A list's resources; Okta takes a 404 to a filter for "none". */
function resources(reply: ScimReply, what: string): Resource[] {
  if (reply.status === 404) return [];
  const body = reply.body as { Resources?: Resource[]; totalResults?: unknown; detail?: unknown } | undefined;
  if (reply.status !== 200 || typeof body?.totalResults !== 'number') {
    const said = typeof body?.detail === 'string' ? `: ${body.detail}` : '.';
    throw new ScimFailure(reply.status, `${what}: the server answered ${reply.status}${said}`);
  }
  return body.totalResults === 0 ? [] : (body.Resources ?? []);
}

/** A SCIM client that asks what Okta asks, in Okta's order and words: PUT for the profile, PATCH for `active`. */
export function oktaClient(send: Send): OktaClient {
  const find = async (userName: string): Promise<Resource | undefined> =>
    resources(await send('GET', `/Users${filter('userName', userName)}`), 'Find user')[0];

  const read = async (id: string): Promise<Resource> =>
    resource(await send('GET', `/Users/${encodeURIComponent(id)}`), [200], 'Read user');

  const setActive = async (id: string, active: boolean): Promise<void> => {
    const body = patch({ op: 'replace', value: { active } });
    resource(await send('PATCH', `/Users/${encodeURIComponent(id)}`, body), [200, 204], 'Update user');
  };

  const create = async (person: Person): Promise<string> => {
    const reply = await send('POST', '/Users', {
      schemas: [userSchema],
      ...profileOf(person),
      groups: [],
      password: randomBytes(12).toString('base64url'),
      active: true,
    });
    return resource(reply, [201], 'Create new user').id;
  };

  const put = async (person: Person, id: string): Promise<void> => {
    const kept = await read(id);
    const body = { ...kept, ...profileOf(person), active: person.active };
    resource(await send('PUT', `/Users/${encodeURIComponent(id)}`, body), [200, 204], 'Update user');
  };

  const patchGroup = async (id: string, ...operations: object[]): Promise<void> => {
    resource(
      await send('PATCH', `/Groups/${encodeURIComponent(id)}`, patch(...operations)),
      [200, 204],
      'Update group',
    );
  };
  const reconcileName = (group: Group, id: string): Promise<void> =>
    patchGroup(id, { op: 'replace', value: { id, displayName: group.name } });

  return {
    async test() {
      const reply = await send('GET', '/Users?startIndex=1&count=2');
      resources(reply.status === 404 ? { ...reply, status: 400 } : reply, 'Test');
      const body = reply.body as Record<string, unknown>;
      for (const name of ['totalResults', 'startIndex', 'itemsPerPage'])
        if (typeof body[name] !== 'number') throw new ScimFailure(reply.status, `Test: ${name} is not a number`);
    },

    async provision(person) {
      const found = await find(person.userName);
      if (found === undefined) return create(person);
      await put(person, found.id);
      return found.id;
    },

    update: put,

    async deactivate(scimId) {
      await read(scimId);
      await setActive(scimId, false);
    },

    async activate(person) {
      const found = await find(person.userName);
      if (found === undefined) return create(person);
      await setActive(found.id, true);
      return found.id;
    },

    async pushGroup(group) {
      const found = resources(await send('GET', `/Groups${filter('displayName', group.name)}`), 'Find group')[0];
      if (found !== undefined) return { id: found.id, created: false };
      const body = { schemas: [groupSchema], displayName: group.name, members: [] };
      const { id } = resource(await send('POST', '/Groups', body), [201], 'Create group');
      await reconcileName(group, id);
      return { id, created: true };
    },

    async changeMembers(group, scimId, add, remove) {
      await reconcileName(group, scimId);
      await patchGroup(
        scimId,
        ...remove.map((value) => ({ op: 'remove', path: `members[value eq ${JSON.stringify(value)}]` })),
        ...(add.length === 0 ? [] : [{ op: 'add', path: 'members', value: add }]),
      );
    },

    async replaceMembers(group, scimId, members) {
      await reconcileName(group, scimId);
      await patchGroup(scimId, { op: 'replace', path: 'members', value: members });
    },
  };
}
