// The load of `scim.ts`, in a process of its own: what a directory sends over connections that it keeps.
import { Agent, request } from 'node:http';
import { type Measured, onDemand, repeat, timed } from './load.ts';

export interface Load {
  baseUrl: string;
  token: string;
  connections: number;
  seconds: number;
  /** Keeps the names of one run apart from another's. */
  run: string;
  /** With it members of this group come and go; without, people. */
  groupId?: string;
  /** Whom: one for each connection. */
  memberIds?: string[];
}

const headers = { 'content-type': 'application/scim+json; charset=utf-8', 'user-agent': 'Okta SCIM Client 1.0.0' };
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const agents = new Map<number, Agent>();

function send(load: Load, connection: number, method: string, path: string, body: object): Promise<string> {
  const agent = agents.get(connection) ?? new Agent({ keepAlive: true, maxSockets: 1 });
  agents.set(connection, agent);
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(`${load.baseUrl}${path}`, {
      method,
      agent,
      headers: { ...headers, authorization: `Bearer ${load.token}`, 'content-length': Buffer.byteLength(text) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const answer = Buffer.concat(parts).toString();
        if ((response.statusCode ?? 500) >= 300) reject(new Error(`${response.statusCode} ${answer}`));
        else resolve(answer);
      });
    });
    sent.end(text);
  });
}

/** Each connection creates a person as Okta does, then deactivates them. */
async function people(load: Load): Promise<Measured> {
  const times: { create: number[]; deactivate: number[] } = { create: [], deactivate: [] };
  const seconds = await repeat(load.connections, load.seconds, async (connection, i) => {
    const name = `${load.run}-${connection}-${i}`;
    const address = `${name}@acme.example`;
    const made = await timed(
      times.create,
      send(load, connection, 'POST', '/Users', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: address,
        name: { givenName: 'Paula', familyName: name },
        emails: [{ primary: true, value: address, type: 'work' }],
        displayName: `Paula ${name}`,
        locale: 'en-US',
        externalId: `00u${name}`,
        groups: [],
        password: 'not kept',
        active: true,
      }),
    );
    const { id } = JSON.parse(made) as { id: string };
    const Operations = [{ op: 'replace', value: { active: false } }];
    const body = { schemas: [patchSchema], Operations };
    await timed(times.deactivate, send(load, connection, 'PATCH', `/Users/${id}`, body));
  });
  return { times, seconds };
}

/** Each connection takes its member out of the group, and puts them in again, as Okta and Entra do. */
async function members(load: Load): Promise<Measured> {
  const times: { add: number[]; remove: number[] } = { add: [], remove: [] };
  const path = `/Groups/${load.groupId}`;
  const seconds = await repeat(load.connections, load.seconds, async (connection) => {
    const value = load.memberIds![connection]!;
    const remove = [{ op: 'remove', path: `members[value eq "${value}"]` }];
    await timed(times.remove, send(load, connection, 'PATCH', path, { schemas: [patchSchema], Operations: remove }));
    const add = [{ op: 'add', path: 'members', value: [{ value }] }];
    await timed(times.add, send(load, connection, 'PATCH', path, { schemas: [patchSchema], Operations: add }));
  });
  return { times, seconds };
}

onDemand((load: Load) => (load.groupId === undefined ? people(load) : members(load)));
