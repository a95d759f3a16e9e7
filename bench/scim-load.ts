// The load of `scim.ts` and `push.ts`, in a process of its own: what directories send over connections that they keep.
import { type Measured, onDemand, repeat, timed } from './load.ts';
import { idOfTwin } from './twins.ts';
import { Wire } from './wire.ts';

export interface Load {
  /** Whose traffic: creates and deactivations alone, a vendor's mix, members of one group, reads, or a first push. */
  kind: 'people' | 'okta' | 'entra' | 'members' | 'get' | 'filter' | 'replace' | 'push';
  baseUrl: string;
  token: string;
  connections: number;
  seconds: number;
  /** How many rounds a second begin, on all connections together; without it as many as are answered. */
  rate?: number;
  /** Keeps the names of one run apart from another's. */
  run: string;
  /** The group that a mix puts people into, or whose members come and go. */
  groupId?: string;
  /** How many people there are to be read, to be members, or to be pushed; and into how many groups. */
  people?: number;
  groups?: number;
}

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const wires = new Map<string, Wire>();

async function send(load: Load, connection: number, method: string, path: string, body?: object): Promise<string> {
  const url = new URL(load.baseUrl);
  const key = `${url.host} ${connection}`;
  const kept = wires.get(key);
  const wire = kept && !kept.isLost ? kept : new Wire(url);
  wires.set(key, wire);
  const agent = load.kind === 'entra' ? 'Azure AD Provisioning Service' : 'Okta SCIM Client 1.0.0';
  const type = body === undefined ? '' : 'content-type: application/scim+json; charset=utf-8\r\n';
  const headers = `user-agent: ${agent}\r\nauthorization: Bearer ${load.token}\r\n${type}`;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const { status, body: answer } = await wire.ask(method, `${url.pathname}${path}`, headers, text);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${answer}`);
  return answer;
}

/** A person as Okta pushes them. */
const personOf = (name: string, rest: object = {}): object => ({
  schemas: [userSchema],
  userName: `${name}@acme.example`,
  name: { givenName: 'Paula', familyName: name },
  emails: [{ primary: true, value: `${name}@acme.example`, type: 'work' }],
  displayName: `Paula ${name}`,
  locale: 'en-US',
  externalId: `00u${name}`,
  groups: [],
  password: 'not kept',
  active: true,
  ...rest,
});
const operations = (...Operations: object[]): object => ({ schemas: [patchSchema], Operations });
const idOf = (answer: string): string => (JSON.parse(answer) as { id: string }).id;
const anybody = (load: Load): number => Math.floor(Math.random() * (load.people ?? 1));
const named = (attribute: string, value: string): string =>
  `/Users?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}`;

/** One round on one connection; `note` times a request under a name, as a write unless it begins with "read". */
type Round = (
  load: Load,
  name: string,
  note: (what: string, method: string, path: string, body?: object) => Promise<string>,
  connection: number,
) => Promise<void>;

const rounds: Record<Exclude<Load['kind'], 'push'>, Round> = {
  async people(_load, name, note) {
    const id = idOf(await note('create', 'POST', '/Users', personOf(name)));
    await note('deactivate', 'PATCH', `/Users/${id}`, operations({ op: 'replace', value: { active: false } }));
  },
  async okta({ groupId }, name, note) {
    await note('read: match by userName', 'GET', `${named('userName', `${name}@acme.example`)}&startIndex=1&count=100`);
    const id = idOf(await note('create', 'POST', '/Users', personOf(name)));
    await note('read: one person', 'GET', `/Users/${id}`);
    await note('put a profile', 'PUT', `/Users/${id}`, personOf(name, { displayName: `P. ${name}`, nickName: 'P.' }));
    const group = `/Groups/${groupId}`;
    await note('group: add', 'PATCH', group, operations({ op: 'add', path: 'members', value: [{ value: id }] }));
    await note('group: remove', 'PATCH', group, operations({ op: 'remove', path: `members[value eq "${id}"]` }));
    await note('deactivate', 'PATCH', `/Users/${id}`, operations({ op: 'replace', value: { active: false } }));
  },
  async entra({ groupId }, name, note) {
    await note('read: match by externalId', 'GET', named('externalId', `00u${name}`));
    const extension = { [enterprise]: { employeeNumber: '7', department: 'Sales' } };
    const person = personOf(name, { ...extension, schemas: [userSchema, enterprise] });
    const id = idOf(await note('create', 'POST', '/Users', person));
    const several = operations(
      { op: 'Replace', path: 'displayName', value: `P. ${name}` },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+49 30 1' },
      { op: 'Replace', path: 'name.familyName', value: 'Paulsen' },
      { op: 'Add', path: `${enterprise}:department`, value: 'Support' },
    );
    await note('patch of several operations', 'PATCH', `/Users/${id}`, several);
    const group = `/Groups/${groupId}`;
    await note('group: add', 'PATCH', group, operations({ op: 'Add', path: 'members', value: [{ value: id }] }));
    await note('read: group without members', 'GET', `${group}?excludedAttributes=members`);
    await note('group: remove', 'PATCH', group, operations({ op: 'Remove', path: 'members', value: [{ value: id }] }));
    const no = operations({ op: 'Replace', path: 'active', value: 'False' });
    await note('deactivate', 'PATCH', `/Users/${id}`, no);
  },
  /** Each connection takes its member out of the group, and puts them in again. */
  async members({ groupId }, _name, note, connection) {
    const value = idOfTwin(connection);
    const group = `/Groups/${groupId}`;
    await note('remove', 'PATCH', group, operations({ op: 'remove', path: `members[value eq "${value}"]` }));
    await note('add', 'PATCH', group, operations({ op: 'add', path: 'members', value: [{ value }] }));
  },
  async get(load, _name, note) {
    await note('read: one person', 'GET', `/Users/${idOfTwin(anybody(load))}`);
  },
  async filter(load, _name, note) {
    await note('read: match by userName', 'GET', named('userName', `${anybody(load)}-model@acme.example`));
  },
  /** All members anew, one fewer than before or one more. */
  async replace({ groupId, people = 0 }, name, note) {
    const fewer = Number(name.at(-1)) % 2;
    const members = Array.from({ length: people - fewer }, (_, i) => ({ value: idOfTwin(i) }));
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
    await note(`put ${people} members`, 'PUT', `/Groups/${groupId}?excludedAttributes=members`, {
      schemas,
      displayName: 'Everybody',
      members,
    });
  },
};

async function mix(load: Load & { kind: keyof typeof rounds }): Promise<Measured> {
  const times: Record<string, number[]> = {};
  const { connections, kind, run, rate } = load;
  const round = async (connection: number, i: number, late: number): Promise<void> => {
    let waited = late;
    await rounds[kind](
      load,
      `${run}-${connection}-${i}`,
      async (what, ...sent) => {
        const answer = await timed((times[what] ??= []), send(load, connection, ...sent), waited);
        waited = 0;
        return answer;
      },
      connection,
    );
  };
  const seconds = await repeat(connections, load.seconds, round, rate);
  return { times, seconds };
}

/** A first push: everybody, then every group with its members. */
async function push(load: Load): Promise<Measured> {
  const { people = 0, groups = 0, connections } = load;
  const times: { create: number[]; group: number[] } = { create: [], group: [] };
  const ids: string[] = [];
  const all = async (count: number, one: (i: number, connection: number) => Promise<void>): Promise<void> => {
    let next = 0;
    const work = async (_: unknown, connection: number): Promise<void> => {
      while (next < count) await one(next++, connection);
    };
    await Promise.all(Array.from({ length: connections }, work));
  };
  const began = performance.now();
  await all(people, async (i, connection) => {
    const made = await timed(times.create, send(load, connection, 'POST', '/Users', personOf(`${load.run}${i}`)));
    ids[i] = idOf(made);
  });
  const size = Math.ceil(people / Math.max(1, groups));
  await all(groups, async (i, connection) => {
    const members = ids.slice(i * size, (i + 1) * size).map((value) => ({ value }));
    const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: `Group ${i}`, members };
    await timed(times.group, send(load, connection, 'POST', '/Groups?excludedAttributes=members', body));
  });
  return { times, seconds: (performance.now() - began) / 1000 };
}

onDemand(({ kind, ...load }: Load) => (kind === 'push' ? push({ kind, ...load }) : mix({ kind, ...load })));
