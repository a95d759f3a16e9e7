import * as fc from 'fast-check';
import type { Attribute, ResourceSchema } from '../../../../src/directory/scim/protocol/attributes.ts';
import { groupSchema, userSchema } from '../../../../src/directory/scim/protocol/attributes.ts';
import { nobody } from '../vendors/steps.ts';

/** What a directory might send to change something: by the grammar, near it, and far from it. */

const words = ['work', 'home', 'other', 'WORK', 'a', 'Ä', '', ' ', 'True', 'false'];
const traps = [
  '__proto__',
  'constructor',
  'toString',
  "' OR 1=1 --",
  '$1',
  '?',
  '\u0000',
  '\ud800',
  '𝔈',
  'x'.repeat(1500),
];
const texts = fc.oneof(
  { weight: 16, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.constantFrom(...traps) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
);
const address = fc
  .tuple(
    fc.constantFrom('a', 'b', 'c', 'D', 'ü', 'x y', ''),
    fc.constantFrom('acme.example', 'acme.example', 'acme.example', 'ACME.example', 'other.example', ''),
  )
  .map(([name, domain]) => `${name}@${domain}`);
const junk = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(null, [], {}, [null], [{}], 0, -1, 1e300));

/** A value such as the attribute might have. */
function valueOf(attribute: Attribute, ids: readonly string[]): fc.Arbitrary<unknown> {
  const { type, name, multiValued, sub } = attribute;
  if (type === 'boolean') return fc.constantFrom(true, false, false, 'True', 'False');
  if (type === 'string') {
    const isId = name === 'value' && sub.size === 0;
    return isId ? fc.oneof(address, fc.constantFrom(...ids, nobody), texts) : fc.oneof(texts, address);
  }
  const parts = Object.fromEntries([...sub.values()].map((each) => [each.name, valueOf(each, ids)]));
  const one = fc.oneof(
    fc.record(parts, { requiredKeys: [] }),
    fc.constantFrom(...ids),
    fc.record({ value: fc.oneof(address, fc.constantFrom(...ids)) }),
  );
  return multiValued
    ? fc.oneof(fc.array(one, { maxLength: 4 }), one)
    : fc.oneof(
        one,
        one.map((each) => [each]),
      );
}

const spelt = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, fc.constantFrom('', '', '', 'upper', 'space')).map(([name, how]) => {
    if (how === 'upper') return name.toUpperCase();
    return how === 'space' ? ` ${name} ` : name;
  });

/** By the ABNF of RFC 7644, figure 1, as far as the brackets of a path take it. */
function filterOf({ sub }: Attribute, ids: readonly string[]): fc.Arbitrary<string> {
  const names = [...sub.values()].map(({ name }) => name);
  const value = fc.oneof(texts, fc.constantFrom(...ids)).map((text) => JSON.stringify(text));
  const leaf = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => `${name} eq ${text}`) },
    fc.constantFrom(
      'primary eq true',
      'primary eq "True"',
      'type eq work',
      'type eq null',
      'value pr',
      'not (type pr)',
    ),
    fc
      .tuple(fc.constantFrom(...names), fc.constantFrom('ne', 'co', 'sw', 'ew', 'gt', 'le', 'EQ', 'is'), value)
      .map((parts) => parts.join(' ')),
  );
  const both = fc.tuple(leaf, fc.constantFrom(' and ', ' or ', ' AND '), leaf).map((parts) => parts.join(''));
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    both,
    both.map((text) => `not (${text})`),
    both.map((text) => `(${text})`),
  );
}

interface Place {
  path: string;
  value: unknown;
}

/** A path of the schema with a value that fits it more or less. */
function placeIn(schema: ResourceSchema, ids: readonly string[]): fc.Arbitrary<Place> {
  const all = [...schema.attributes.values()];
  const writable = all.filter(({ mutability }) => mutability === 'readWrite');
  const top = [...writable, ...writable, ...writable, ...all];
  const prefix = fc.constantFrom('', '', '', `${schema.urn}:`);
  const below = (attribute: Attribute): fc.Arbitrary<Place> => {
    const subs = [...attribute.sub.values()];
    const mark = attribute.name.startsWith('urn:') ? ':' : '.';
    const choices: fc.Arbitrary<Place>[] = [valueOf(attribute, ids).map((value) => ({ path: attribute.name, value }))];
    for (const sub of subs.length > 0 ? [0, 1] : []) {
      const within = fc.constantFrom(...subs).chain((each) => below(each));
      if (sub === 0)
        choices.push(within.map(({ path, value }) => ({ path: `${attribute.name}${mark}${path}`, value })));
      else if (attribute.multiValued) {
        const chosen = filterOf(attribute, ids);
        choices.push(
          fc
            .tuple(chosen, within)
            .map(([filter, { path, value }]) => ({ path: `${attribute.name}[${filter}].${path}`, value })),
          fc
            .tuple(chosen, valueOf(attribute, ids))
            .map(([filter, value]) => ({ path: `${attribute.name}[${filter}]`, value })),
        );
      }
    }
    return fc.oneof(...choices);
  };
  return fc
    .tuple(prefix, fc.constantFrom(...top).chain(below))
    .map(([urn, { path, value }]) => ({ path: path.startsWith('urn:') ? path : urn + path, value }));
}

const pieces = [
  '[',
  ']',
  '.',
  ':',
  '"',
  '\\',
  ' ',
  'eq',
  'urn:',
  '..',
  '[[',
  '].',
  '__proto__',
  '$ref',
  '\u0000',
  '%00',
  "'",
];
const nearMiss = (text: string): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(text.length), fc.nat(5), fc.constantFrom('', ...pieces)).map(([at, length, piece]) => {
    return text.slice(0, at) + piece + text.slice(at + length);
  });

const op = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom('add', 'replace', 'remove', 'Add', 'Replace', 'REMOVE') },
  { weight: 1, arbitrary: fc.constantFrom('move', '', null, 7, '__proto__') },
);

/** One operation of a PATCH. */
function operationOn(schema: ResourceSchema, ids: readonly string[]): fc.Arbitrary<object> {
  const place = placeIn(schema, ids);
  const pathed = fc.tuple(op, place).chain(([name, { path, value }]) =>
    fc.record(
      {
        op: fc.constant(name),
        path: fc.oneof({ weight: 8, arbitrary: spelt(fc.constant(path)) }, { weight: 2, arbitrary: nearMiss(path) }),
        value: fc.oneof({ weight: 8, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: junk }),
      },
      { requiredKeys: ['op', 'path'] },
    ),
  );
  const bare = fc.array(place, { minLength: 1, maxLength: 4 }).map((places) => ({
    op: 'replace',
    value: Object.fromEntries(places.map(({ path, value }) => [path, value])),
  }));
  return fc.oneof(
    { weight: 6, arbitrary: pathed },
    { weight: 3, arbitrary: bare },
    { weight: 1, arbitrary: fc.record({ op, value: junk }) },
  );
}

/** The body of a PATCH. */
export const patchOf = (kind: 'Users' | 'Groups', ids: readonly string[]): fc.Arbitrary<unknown> => {
  const operation = operationOn(kind === 'Users' ? userSchema : groupSchema, ids);
  return fc.oneof(
    {
      weight: 20,
      arbitrary: fc.array(operation, { minLength: 1, maxLength: 3 }).map((Operations) => ({ Operations })),
    },
    { weight: 1, arbitrary: junk },
    { weight: 1, arbitrary: junk.map((Operations) => ({ Operations })) },
  );
};

/** The body of a PUT or a POST. */
export function resourceOf(kind: 'Users' | 'Groups', ids: readonly string[]): fc.Arbitrary<unknown> {
  const schema = kind === 'Users' ? userSchema : groupSchema;
  const parts = Object.fromEntries([...schema.attributes.values()].map((each) => [each.name, valueOf(each, ids)]));
  const own: Record<string, fc.Arbitrary<unknown>> = kind === 'Users' ? { userName: address } : { displayName: texts };
  return fc.oneof(
    { weight: 10, arbitrary: fc.record({ ...parts, ...own }, { requiredKeys: Object.keys(own) }) },
    { weight: 10, arbitrary: fc.record(own) },
    { weight: 1, arbitrary: junk },
  );
}

const bulkIds = ['a', 'b', 'c'];
const references = [...bulkIds, ...bulkIds, ...bulkIds, 'nowhere', ''].map((id) => `bulkId:${id}`);

/** The body of a bulk request: a few resources that refer to each other, also in circles, and changes of them. */
export function bulkOf(ids: readonly string[]): fc.Arbitrary<unknown> {
  const all = [...ids, ...references];
  const kind = fc.constantFrom('Users' as const, 'Groups' as const);
  const members = fc.array(fc.constantFrom(...references, ...ids), { maxLength: 3 });
  const name = fc.string({
    unit: fc.constantFrom('a', 'e', 'i', 'l', 'n', 'o', 'r', 's', 't'),
    minLength: 6,
    maxLength: 8,
  });
  const group = fc
    .tuple(name, members)
    .map(([displayName, each]) => ({ displayName, members: each.map((value) => ({ value })) }));
  const manager = fc.constantFrom(...references, ...ids).map((value) => ({ manager: { value } }));
  const user = fc.tuple(name, manager).map(([each, urn]) => ({
    userName: `${each}@acme.example`,
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': urn,
  }));
  const post = fc
    .tuple(fc.constantFrom(...bulkIds, 'f'), kind, group, user)
    .map(([bulkId, where, ofGroup, ofUser]) => ({
      method: 'POST',
      path: `/${where}`,
      bulkId,
      data: where === 'Users' ? ofUser : ofGroup,
    }));
  const change = kind.chain((where) =>
    fc.record({
      method: fc.constantFrom('PATCH', 'PUT', 'DELETE', 'patch'),
      path: fc
        .oneof({ weight: 6, arbitrary: fc.constantFrom(...all) }, { weight: 1, arbitrary: texts })
        .map((id) => `/${where}/${id}`),
      data: fc.oneof(patchOf(where, all), resourceOf(where, all)),
    }),
  );
  const noise = fc.record(
    {
      method: fc.oneof(fc.constantFrom('GET', 'POST'), junk),
      path: fc.oneof(texts, junk),
      data: junk,
      bulkId: junk,
      version: junk,
    },
    { requiredKeys: [] },
  );
  const operation = fc.oneof(
    { weight: 10, arbitrary: post },
    { weight: 6, arbitrary: change },
    { weight: 1, arbitrary: noise },
  );
  const operations = fc.uniqueArray(operation, {
    minLength: 2,
    maxLength: 10,
    size: 'max',
    selector: (each) => ('bulkId' in each && typeof each.bulkId === 'string' ? each.bulkId : each),
  });
  return fc.oneof(
    {
      weight: 15,
      arbitrary: fc.record(
        { Operations: operations, failOnErrors: fc.constantFrom(1, 2, 5) },
        { requiredKeys: ['Operations'] },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.record({ Operations: fc.oneof(junk, fc.array(noise)), failOnErrors: junk }, { requiredKeys: [] }),
    },
  );
}
