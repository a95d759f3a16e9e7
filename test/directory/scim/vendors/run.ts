import assert from 'node:assert/strict';
import type { Reply, Request, Scim } from '../support.ts';

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
  /** Keeps values of the answer for later steps, which write them as `{{name}}`. */
  keep?: Record<string, (body: Reply['body']) => unknown>;
}

/** Plays a vendor's steps in their order, each a named test. */
export function play(vendor: string, steps: readonly Step[], scim: () => Scim): void {
  const kept = new Map<string, unknown>();
  for (const { name, request, expect, keep = {} } of steps) {
    it(`${vendor}: ${name}`, async () => {
      const reply = await scim().send(filled(request, kept));
      assert.ok([expect.status].flat().includes(reply.status), `${reply.status} ${reply.text}`);
      if (expect.body !== undefined) within(reply.body, filled(expect.body, kept), 'body');
      for (const [header, wanted] of Object.entries(expect.headers ?? {})) {
        const value = String(reply.headers[header]);
        if (wanted instanceof RegExp) assert.match(value, wanted);
        else assert.equal(value, filled(wanted, kept));
      }
      for (const [key, take] of Object.entries(keep)) kept.set(key, take(reply.body));
    });
  }
}

/** Puts what was kept in the places that name it. A place that is the whole text becomes the value itself. */
function filled<T>(value: T, kept: ReadonlyMap<string, unknown>): T {
  if (typeof value === 'string') {
    const whole = /^\{\{(\w+)\}\}$/.exec(value)?.[1];
    if (whole !== undefined) return kept.get(whole) as T;
    return value.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(kept.get(name))) as T;
  }
  if (Array.isArray(value)) return value.map((each) => filled(each as unknown, kept)) as T;
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return value;
  const spread = '...' in value ? (filled(value['...'], kept) as object) : {};
  const rest = Object.entries(value).filter(([name]) => name !== '...');
  return { ...spread, ...Object.fromEntries(rest.map(([name, each]) => [name, filled(each as unknown, kept)])) } as T;
}

function within(actual: unknown, expected: unknown, at: string): void {
  if (expected instanceof RegExp) assert.match(String(actual), expected, at);
  else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${at} is a list: ${JSON.stringify(actual)}`);
    assert.equal(actual.length, expected.length, `${at}: ${JSON.stringify(actual)}`);
    expected.forEach((each, i) => within(actual[i], each, `${at}[${i}]`));
  } else if (typeof expected === 'object' && expected !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, `${at} is an object: ${JSON.stringify(actual)}`);
    for (const [name, each] of Object.entries(expected))
      within((actual as Record<string, unknown>)[name], each, `${at}.${name}`);
  } else assert.equal(actual, expected, at);
}
