import * as fc from '@vibecode/platform/testing/property';
import { buildSchema, type GraphQLFormattedError, type GraphQLObjectType, Kind, parse } from 'graphql';
import { compileByteShape } from '../../src/shape/byte.shape.ts';
import type { ShapeScope } from '../../src/shape/shape.scope.ts';
import { compileShape } from '../../src/shape/shape.ts';

const schema = buildSchema(`
  scalar Any
  enum Color { RED BLUE }
  interface Thing { id: ID! }
  type Query { row: Row rows: [Row!]! grid: [[Int!]]! thing: Thing }
  type Row implements Thing { id: ID! n: Int! weight: Float open: Boolean title: String color: Color any: Any next: Row }
`);

function compile(query: string) {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('Expected an operation.');
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  const scope: ShapeScope = {
    schema,
    fragments,
    planKey: ({ name, alias }) => (alias ?? name).value,
    allowedFragments: fragments,
    isInternal: () => false,
    asksTypename: () => true,
    subgraphsOf: () => [],
    isWhole: true,
  };
  const root = schema.getQueryType() as GraphQLObjectType;
  const isFinished = compileByteShape(operation.selectionSet, root, scope);
  const { shape } = compileShape(operation.selectionSet, root, scope);
  return {
    isFinished: (text: string | Buffer) => isFinished(Buffer.isBuffer(text) ? text : Buffer.from(text)),
    /** What the ordinary way makes of the same answer; null when it finds something wrong. */
    shaped(text: string): string | null {
      const errors: GraphQLFormattedError[] = [];
      const data = shape((JSON.parse(text) as { data: Record<string, unknown> }).data, errors);
      return errors.length === 0 ? JSON.stringify({ data }) : null;
    },
  };
}

const ROW = '{ row { id n weight open title color any } }';
const row = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    data: { row: { id: '1', n: 1, weight: 1.5, open: true, title: 't', color: 'RED', any: 1, ...changes } },
  });
const raw = (field: string, value: string) => row({ [field]: '@' }).replace('"@"', value);

describe('Answers that are passed on as bytes', () => {
  it.each([
    ['as asked', row()],
    ['null where null may be', row({ weight: null, open: null, title: null, color: null, any: null })],
    ['the whole object null', '{"data":{"row":null}}'],
    ['escapes', row({ title: 'a"b\\c\u0001\u2028 \n' })],
    ['an escaped surrogate', raw('title', '"\\ud83d\\uDE00"')],
    ['text in UTF-8', row({ title: 'Grüße 👋 \u0000' })],
    ['the largest Int', row({ n: 2_147_483_647 })],
    ['the smallest Int', row({ n: -2_147_483_648 })],
    ['an exponent', raw('weight', '-1.5e+10')],
    ['every kind of custom scalar', row({ any: { a: [1, null, true, { '': 'x' }], b: {}, c: [] } })],
    ['digits beyond 2^53', raw('any', '9007199254740993')],
  ])('%s', (_what, text) => {
    expect(compile(ROW).isFinished(text)).toBe(true);
  });

  it.each([
    [
      'another order',
      JSON.stringify({ data: { row: { n: 1, id: '1', weight: 1, open: true, title: '', color: 'RED', any: 1 } } }),
    ],
    ['a field too many', row({ more: 1 })],
    ['a field too few', '{"data":{"row":{"id":"1"}}}'],
    ['null where none may be', row({ n: null })],
    ['errors beside data', `${row().slice(0, -1)},"errors":[]}`],
    ['extensions', `${row().slice(0, -1)},"extensions":{}}`],
    ['something after the end', `${row()} `],
    ['half an answer', row().slice(0, 40)],
    ['an answer cut within a text', '{"data":{"row":{"id":"1'],
    ['spaces', JSON.stringify(JSON.parse(row()), null, 1)],
    ['an ID that is a number', row({ id: 1 })],
    ['an Int that is too large', row({ n: 2_147_483_648 })],
    ['an Int that is too small', row({ n: -2_147_483_649 })],
    ['an Int of many digits', raw('n', '11111111111')],
    ['an Int with a fraction', raw('n', '1.0')],
    ['an Int with an exponent', raw('n', '1e3')],
    ['an Int that begins with 0', raw('n', '01')],
    ['minus zero', raw('n', '-0')],
    ['a Float that is infinite', raw('weight', '1e999')],
    ['a Float without digits', raw('weight', '1.')],
    ['a Float that is text', raw('weight', '"1"')],
    ['a Boolean that is text', raw('open', '"true"')],
    ['a value that the enum does not have', row({ color: 'GREEN' })],
    ['the beginning of an enum value', raw('color', '"RE"')],
    ['an enum value written with escapes', raw('color', '"\\u0052ED"')],
    ['a control character within a text', raw('title', '"a\u0001b"')],
    ['an escape that JSON does not have', raw('title', '"\\x"')],
    ['an escape of three digits', raw('title', '"\\u12"')],
    ['a custom scalar that is not JSON', raw('any', '{"a" :1}')],
    ['a custom scalar nested beyond measure', raw('any', `${'['.repeat(100)}${']'.repeat(100)}`)],
    ['nothing', ''],
    ['no object', '[]'],
    ['data that is null', '{"data":null}'],
  ])('not with %s', (_what, text) => {
    expect(compile(ROW).isFinished(text)).toBe(false);
  });

  it('not when the bytes are not UTF-8', () => {
    const bytes = Buffer.from(row({ title: 'x?y' }));
    bytes[bytes.indexOf('?')] = 0xff;
    expect(compile(ROW).isFinished(bytes)).toBe(false);
  });

  it('follows lists, nested objects, aliases, fragments and type names', () => {
    const { isFinished } = compile(
      'query Q { rows { ...Own kind: __typename next { id next { n } } } grid } fragment Own on Row { key: id ... { n } }',
    );
    expect(
      isFinished(
        '{"data":{"rows":[{"key":"1","n":2,"kind":"Row","next":null},{"key":"2","n":3,"kind":"Row","next":{"id":"3","next":{"n":4}}}],"grid":[[1],null,[]]}}',
      ),
    ).toBe(true);
    expect(isFinished('{"data":{"rows":[],"grid":[]}}')).toBe(true);
    expect(isFinished('{"data":{"rows":[null],"grid":[]}}')).toBe(false);
    expect(isFinished('{"data":{"rows":[],"grid":[[null]]}}')).toBe(false);
    expect(isFinished('{"data":{"rows":[],"grid":[[1],]}}')).toBe(false);
  });

  it('leaves objects whose type is open to the ordinary way', () => {
    expect(compile('{ thing { id } }').isFinished('{"data":{"thing":{"id":"1"}}}')).toBe(false);
  });

  it('stops looking at answers of a subgraph that never writes them so', () => {
    const { isFinished } = compile(ROW);
    for (let answer = 0; answer < 20; answer += 1) isFinished(`${row()} `);
    expect(isFinished(row())).toBe(false);
  });

  it('passes on nothing that the ordinary way would change, whatever is done to an answer', () => {
    const query = '{ rows { id n weight open title color any next { id title } } }';
    const value = fc.record({
      id: fc.oneof(fc.string({ unit: 'binary' }), fc.integer()),
      n: fc.oneof(fc.integer(), fc.double(), fc.constant(null)),
      weight: fc.oneof(fc.double({ noNaN: true }), fc.constant(null), fc.string()),
      open: fc.oneof(fc.boolean(), fc.constant(null), fc.constant('true')),
      title: fc.oneof(fc.string({ unit: 'binary' }), fc.constant(null)),
      color: fc.constantFrom('RED', 'BLUE', 'GREEN', null),
      any: fc.jsonValue(),
      next: fc.oneof(fc.constant(null), fc.record({ id: fc.string(), title: fc.string() }), fc.constant([])),
    });
    const cut = fc.record({
      at: fc.nat(400),
      length: fc.nat(3),
      put: fc.constantFrom('', '"', '\\', ',', '}', '0', 'null'),
    });
    const rows = [
      { id: '', n: 0, weight: null, open: null, title: null, color: 'RED' as const, any: -5e-324, next: null },
    ];
    // A longer exponent makes it -0.
    const tooSmall = { at: JSON.stringify({ data: { rows } }).indexOf('-324') + 4, length: 0, put: '0' as const };
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), fc.option(cut), (drawn, change) => {
        let text = JSON.stringify({ data: { rows: drawn } });
        if (change) text = text.slice(0, change.at) + change.put + text.slice(change.at + change.length);
        const { isFinished, shaped } = compile(query);
        if (!isFinished(text)) return;
        // JSON.stringify writes numbers in its own way, -0 as 0: what they mean must be the same.
        expect(JSON.parse(shaped(text) as string)).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
        expect(Object.keys(JSON.parse(text))).toEqual(['data']);
      }),
      { numRuns: 2_000, examples: [[rows, tooSmall]] },
    );
  });
});
