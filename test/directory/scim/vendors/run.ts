import assert from 'node:assert/strict';
import { errorSchema, type Reply, type Request, type Scim } from '../support.ts';

/** What a vendor's client sends at one moment, and what it must be answered. */
export interface Step {
  name: string;
  request: Request;
  expect: {
    status: number | number[];
    /** Must be within the answer; lists must be as long. `undefined` must be absent. */
    body?: unknown;
    headers?: Record<string, string | RegExp>;
  };
  /** Keeps values of the answer for later steps, which write them as `{{name}}`: `id`, `Resources.0.id`, or '' for all. */
  keep?: Record<string, string>;
}

/** A vendor's traffic: one file in `suites/`, whose steps are played in order against an empty directory. */
export interface Suite {
  /** As the name of the tests: "Okta's catalogue application". */
  vendor: string;
  /** What every request has in its headers. */
  headers?: Request['headers'];
  /** What the client puts behind every address, without a question mark. */
  query?: string;
  steps: readonly Step[];
}

/**
 * Plays a vendor's steps, each a named test.
 * @param served the endpoint, and the `{{token}}` of its key
 */
export function play({ headers, query, steps }: Suite, served: () => { scim: Scim; token: string }): void {
  const kept = new Map<string, unknown>();
  for (const { name, request, expect, keep = {} } of steps) {
    it(name, async () => {
      const { scim, token } = served();
      kept.set('token', token);
      const asked = filled(request, kept);
      const path = query === undefined ? asked.path : `${asked.path}${asked.path.includes('?') ? '&' : '?'}${query}`;
      const reply = await scim.send({ ...asked, path, headers: { ...headers, ...asked.headers } });
      assert.ok([expect.status].flat().includes(reply.status), `${reply.status} ${reply.text}`);
      holds(reply);
      if (expect.body !== undefined) within(reply.body, filled(expect.body, kept), 'body');
      for (const [header, wanted] of Object.entries(expect.headers ?? {})) {
        const value = String(reply.headers[header]);
        if (wanted instanceof RegExp) assert.match(value, wanted);
        else assert.equal(value, filled(wanted, kept));
      }
      for (const [key, place] of Object.entries(keep)) kept.set(key, at(reply.body, place));
    });
  }
}

/** What is true of every answer: its type, nothing with 204, and the shape of a refusal (RFC 7644 §3.12). */
function holds({ status, headers, text, body }: Reply): void {
  if (status === 204) assert.equal(text, '');
  else assert.match(String(headers['content-type']), /^application\/scim\+json/);
  if (status < 400) return;
  assert.deepEqual([body['schemas'], body['status']], [[errorSchema], String(status)]);
  assert.ok(body.detail.length > 10, text);
}

function at(body: unknown, place: string): unknown {
  let found = body;
  for (const name of place.split('.').filter(Boolean)) found = (found as Record<string, unknown>)[name];
  assert.notEqual(found, undefined, `the answer has no ${place}`);
  return found;
}

/** Puts what was kept in the places that name it. A place that is the whole text becomes the value itself. */
function filled<T>(value: T, kept: ReadonlyMap<string, unknown>): T {
  if (typeof value === 'string') {
    const whole = /^\{\{(\w+)\}\}$/.exec(value)?.[1];
    if (whole !== undefined) return known(kept, whole) as T;
    return value.replace(/(?:\{\{|%7B%7B)(\w+)(?:\}\}|%7D%7D)/g, (_, name: string) => String(known(kept, name))) as T;
  }
  if (Array.isArray(value)) return value.map((each) => filled(each as unknown, kept)) as T;
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return value;
  const spread = '...' in value ? (filled(value['...'], kept) as object) : {};
  const rest = Object.entries(value).filter(([name]) => name !== '...');
  return { ...spread, ...Object.fromEntries(rest.map(([name, each]) => [name, filled(each as unknown, kept)])) } as T;
}

function known(kept: ReadonlyMap<string, unknown>, name: string): unknown {
  assert.ok(kept.has(name), `no step has kept {{${name}}}`);
  return kept.get(name);
}

function within(actual: unknown, expected: unknown, place: string): void {
  if (expected instanceof RegExp) assert.match(String(actual), expected, place);
  else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${place} is a list: ${JSON.stringify(actual)}`);
    assert.equal(actual.length, expected.length, `${place}: ${JSON.stringify(actual)}`);
    expected.forEach((each, i) => within(actual[i], each, `${place}[${i}]`));
  } else if (typeof expected === 'object' && expected !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, `${place} is an object: ${JSON.stringify(actual)}`);
    for (const [name, each] of Object.entries(expected))
      within((actual as Record<string, unknown>)[name], each, `${place}.${name}`);
  } else assert.equal(actual, expected, place);
}
