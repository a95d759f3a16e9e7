import * as fc from 'fast-check';
import type { Attribute, ResourceSchema } from '../../../../src/directory/scim/protocol/attributes.ts';
import type { Resource } from '../support.ts';

interface Leaf {
  path: string;
  attribute: Attribute;
}

/** Names that no filter can ask: they are not stored. */
const unasked = new Set(['password', 'meta.version']);

/** Every path of a schema that ends in a plain value, and of what is multi-valued. */
function leaves(attributes: Iterable<Attribute>, prefix = ''): Leaf[] {
  return [...attributes].flatMap((attribute): Leaf[] => {
    const path = `${prefix}${attribute.name}`;
    if (unasked.has(path)) return [];
    const mark = attribute.name.startsWith('urn:') ? ':' : '.';
    if (attribute.type !== 'complex') return [{ path, attribute }];
    const value = attribute.sub.get('value');
    return [...(value ? [{ path, attribute: value }] : []), ...leaves(attribute.sub.values(), `${path}${mark}`)];
  });
}

/** Every text within what is answered, and pieces of it. */
function words(value: unknown): string[] {
  if (typeof value === 'string') return [value, value.slice(0, 3), value.slice(-4), value.toUpperCase()];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(words) : [];
}

const equality = fc.constantFrom('eq', 'ne');
const ordered = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le');
const any = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
const parts = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew');
const times = [
  '2011-05-13T04:42:34Z',
  '2026-03-01T12:00:00.123456+05:30',
  '9999-12-31T23:59:59-11:00',
  '1969-12-31T23:59:59.999',
];

function question({ path, attribute }: Leaf, known: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const compared = (operators: fc.Arbitrary<string>, values: fc.Arbitrary<string>) =>
    fc.tuple(operators, values).map(([operator, value]) => `${path} ${operator} ${value}`);
  const asked =
    attribute.type === 'boolean'
      ? compared(equality, fc.constantFrom('true', 'false', '"True"'))
      : attribute.format === 'dateTime'
        ? compared(ordered, fc.constantFrom(...times.map((time) => JSON.stringify(time)), times[0]!))
        : compared(attribute.format === 'binary' ? parts : any, known);
  return fc.oneof(
    { weight: 6, arbitrary: asked },
    { weight: 1, arbitrary: fc.constant(`${path} pr`) },
    { weight: 1, arbitrary: compared(equality, fc.constant('null')) },
  );
}

const nested = (leaf: fc.Arbitrary<string>, maxDepth = 3): fc.Arbitrary<string> =>
  fc.letrec<{ tree: string; both: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth, withCrossShrink: true },
      leaf,
      tie('both'),
      fc.array(tie('both'), { minLength: 2, maxLength: 3 }).map((all) => all.join(' or ')),
    ),
    both: fc.oneof(
      { maxDepth, withCrossShrink: true },
      leaf,
      tie('tree').map((tree) => `not (${tree})`),
      tie('tree').map((tree) => `(${tree})`),
      fc.array(leaf, { minLength: 2, maxLength: 3 }).map((all) => all.join(' and ')),
    ),
  })).tree;

/**
 * Filters by the grammar over every attribute of a schema, with values that these resources have and do not have.
 * @param maxDepth how deep they are nested
 */
export function filterTexts(
  schema: ResourceSchema,
  resources: readonly Resource[],
  maxDepth = 3,
): fc.Arbitrary<string> {
  const all = [...new Set(['', 'a', '%', '_', '"', '\\', 'ü', 'Ω', ...words(resources)])];
  const known = fc.oneof(fc.constantFrom(...all), fc.string({ maxLength: 4 })).map((text) => JSON.stringify(text));
  const plain = fc.constantFrom(...leaves(schema.attributes.values())).chain((leaf) => question(leaf, known));
  const complex = [...schema.attributes.values()].filter(
    ({ type, sub, name }) => type === 'complex' && sub.size > 0 && name !== 'meta' && !name.startsWith('urn:'),
  );
  const elements = fc.constantFrom(...complex).chain(({ name, sub }) => {
    const inner = fc.constantFrom(...leaves(sub.values())).chain((leaf) => question(leaf, known));
    return fc
      .tuple(nested(inner, maxDepth), fc.option(inner, { freq: 3 }))
      .map(([within, behind]) => `${name}[${within}]${behind === null ? '' : `.${behind}`}`);
  });
  return nested(fc.oneof({ weight: 3, arbitrary: plain }, { weight: 2, arbitrary: elements }), maxDepth).filter(
    (text) => text.length <= 4096 && !text.includes('\\u0000'),
  );
}
