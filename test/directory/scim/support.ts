import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import type { House } from '../../../src/app.ts';
import { createScimKey } from '../../../src/directory/scim/keys/keys.ts';
import type { Config } from '../../../src/platform/config/settings.ts';
import { storage } from '../../../src/storage/storage.ts';
import { startTestCarillon } from '../../support/carillon.ts';
import { type Company, testCompany } from '../../support/company.ts';

export interface Request {
  method: string;
  /** After the root: `/Users?count=1`. */
  path: string;
  body?: unknown;
  /** Instead of `body`: the bytes as they are. */
  raw?: string | Buffer;
  /** Over those of every request; undefined leaves one out. */
  headers?: Record<string, string | undefined>;
}

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // What a directory would parse: tests look into it as they please.
  body: Resource;
}

export type Resource = Record<string, unknown> & { id: string; detail: string; Resources: Resource[] };

export interface Scim {
  send: (asked: Request) => Promise<Reply>;
  get: (path: string) => Promise<Reply>;
  post: (path: string, body: unknown) => Promise<Reply>;
  put: (path: string, body: unknown) => Promise<Reply>;
  patch: (path: string, ...operations: object[]) => Promise<Reply>;
  delete: (path: string) => Promise<Reply>;
}

export interface Served {
  house: House;
  acme: Company;
  scim: Scim;
  token: string;
  keyId: string;
  baseUrl: string;
  /** A client with another key. */
  as: (token: string) => Scim;
  stop: () => Promise<void>;
}

export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A user as small as one can be. */
export const userBody = (name: string, rest: object = {}) => ({
  schemas: [userSchema],
  userName: `${name}@acme.example`,
  ...rest,
});
export const groupBody = (displayName: string, members: string[] = []) => ({
  schemas: [groupSchema],
  displayName,
  members: members.map((value) => ({ value })),
});

/** The SCIM endpoint over a real socket, for one company with one key. */
export async function serveScim(overrides: Partial<Config> = {}): Promise<Served> {
  // Not the address that clients use: what is answered must come from the setting, and not from the Host header.
  const carillon = await startTestCarillon({ publicUrl: 'http://localhost:3000', ...overrides });
  const { house } = carillon;
  const acme = await testCompany(house);
  const { key, token } = await createScimKey(house.ground, acme.scope, { name: 'Okta' });
  const baseUrl = `${carillon.url}/scim/v2`;
  const agent = new Agent({ keepAlive: true });
  return {
    house,
    acme,
    scim: client(baseUrl, token, agent),
    token,
    keyId: key.id,
    baseUrl,
    as: (other) => client(baseUrl, other, agent),
    stop: async () => {
      agent.destroy();
      await carillon.stop();
    },
  };
}

export function client(baseUrl: string, token: string, agent: Agent): Scim {
  const send = (asked: Request): Promise<Reply> => exchange(baseUrl, token, agent, asked);
  return {
    send,
    get: (path) => send({ method: 'GET', path }),
    post: (path, body) => send({ method: 'POST', path, body }),
    put: (path, body) => send({ method: 'PUT', path, body }),
    patch: (path, ...operations) =>
      send({ method: 'PATCH', path, body: { schemas: [patchSchema], Operations: operations } }),
    delete: (path) => send({ method: 'DELETE', path }),
  };
}

/** Plain node:http: it sends any path, header and body, also a wrong one. */
function exchange(baseUrl: string, token: string, agent: Agent, asked: Request): Promise<Reply> {
  const { hostname, port, pathname } = new URL(baseUrl);
  const content = asked.raw ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body));
  const headers = Object.fromEntries(
    Object.entries({
      authorization: `Bearer ${token}`,
      accept: 'application/scim+json',
      'user-agent': 'Okta SCIM Client 1.0.0',
      ...(content !== undefined && {
        'content-type': 'application/scim+json; charset=utf-8',
        'content-length': String(Buffer.byteLength(content)),
      }),
      ...asked.headers,
    }).filter(([, value]) => value !== undefined),
  );
  return new Promise((resolve, reject) => {
    const path = pathname + asked.path;
    const sent = request({ hostname, port, path, method: asked.method, headers, agent });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) });
      });
    });
    sent.end(content);
  });
}

const parsed = (text: string): Resource => (text === '' ? {} : JSON.parse(text)) as Resource;

/** Creates a user or a group and gives its id. */
export async function created(scim: Scim, path: '/Users' | '/Groups', body: unknown): Promise<string> {
  const reply = await scim.post(path, body);
  assert.equal(reply.status, 201, reply.text);
  return reply.body.id;
}

/** The ids of a group's members, in order. */
export async function membersOf(scim: Scim, groupId: string): Promise<string[]> {
  const { body } = await scim.get(`/Groups/${groupId}`);
  return (body['members'] as { value: string }[]).map(({ value }) => value);
}

/** Asserts a refusal in the form of RFC 7644 §3.12. */
export function assertRefused(reply: Reply, status: number, scimType?: string, words = ''): void {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.headers['content-type'], 'application/scim+json; charset=utf-8');
  assert.deepEqual(reply.body['schemas'], [errorSchema]);
  assert.equal(reply.body['status'], String(status));
  assert.equal(reply.body['scimType'], scimType, reply.text);
  assert.ok(reply.body.detail.includes(words), reply.text);
  assert.doesNotMatch(reply.text, /SQLITE|Error:|node:|\.ts:\d|\{\w+\}/);
}

/** Everything that is stored but for the record of requests, which a refusal is to leave. */
export async function dump({ ground }: House): Promise<string> {
  const names = storage.entities
    .map(({ options }) => options.tableName!)
    .filter((name) => !name.startsWith('trail_') && name !== 'scim_requests');
  const all: Record<string, unknown> = {};
  for (const name of names.toSorted()) {
    const rows = await ground.db.read.query<Record<string, unknown>[]>(`SELECT * FROM "${name}"`);
    all[name] = rows.map((row) => JSON.stringify({ ...row, lastUsedAt: null })).toSorted();
  }
  return JSON.stringify(all, null, 1);
}
