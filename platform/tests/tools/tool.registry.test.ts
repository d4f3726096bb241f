import { buildSchema } from 'graphql';
import { createToolRegistry } from '../../src/tools/tool.registry.ts';
import type { ToolRules } from '../../src/tools/tool.ts';

const schema = buildSchema(`
  scalar DateTime
  "A calendar day."
  scalar Day
  enum Size { "Fits a hand." SMALL LARGE }
  type Query {
    "One product, by its id."
    product("Of the shelf." id: ID!): Product
    find(filter: Filter, first: Int = 20, after: DateTime, on: Day, sizes: [Size!]): [Product!]!
    pick(by: Pick!): Product
  }
  type Mutation { rename(id: ID!, to: Rename!): Product }
  type Subscription { sold(id: ID!): Product }
  input Filter { text: String size: Size = SMALL all: [Filter!] min: Float }
  input Rename { "The new name." name: String! note: String old: String @deprecated(reason: "use name") }
  input Pick @oneOf { id: ID name: String }
  type Product { id: ID! name: String }
`);

const registryOf = (
  texts: Record<string, string>,
  rules: Record<string, Partial<ToolRules>> = {},
  allowsMutations = true,
) =>
  createToolRegistry({
    schema,
    allowsMutations,
    files: Object.entries(texts).map(([path, text]) => ({ path, text })),
    scalars: { DateTime: { type: 'string', format: 'date-time' } },
    rules: Object.fromEntries(
      Object.entries(rules).map(([name, rule]) => [name, { enabled: true, generate: [], ...rule }]),
    ),
  });

const toolOf = (text: string, rules?: Partial<ToolRules>) => {
  const { tools, problems } = registryOf({ 'a.graphql': text }, rules && { Tool: rules });
  expect(problems).toEqual([]);
  return tools.get('Tool')!;
};

describe('a tool', () => {
  it('has a schema of its variables: names, types, what must be there, and what stands for what is left out', () => {
    const { inputSchema } = toolOf(`query Tool($id: ID!, $first: Int = 5, $after: DateTime, $on: Day, $sizes: [Size!]) {
      product(id: $id) { id } find(first: $first, after: $after, on: $on, sizes: $sizes) { id } }`);
    expect(inputSchema).toEqual({
      type: 'object',
      properties: {
        id: { type: 'string', description: 'Of the shelf.' },
        first: { type: 'integer', default: 5 },
        after: { type: 'string', format: 'date-time' },
        on: { description: 'A calendar day.' },
        sizes: {
          type: 'array',
          items: { type: 'string', enum: ['SMALL', 'LARGE'], description: 'SMALL: Fits a hand.' },
        },
      },
      required: ['id'],
      additionalProperties: false,
    });
  });

  it('has input objects written out, and recursive ones by reference', () => {
    const rename = toolOf('mutation Tool($id: ID!, $to: Rename!) { rename(id: $id, to: $to) { id } }');
    expect(rename.inputSchema.properties.to).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', description: 'The new name.' },
        note: { type: 'string' },
        old: { type: 'string', description: 'Deprecated: use name' },
      },
      required: ['name'],
      additionalProperties: false,
    });
    const { inputSchema } = toolOf('query Tool($filter: Filter) { find(filter: $filter) { id } }');
    expect(inputSchema.properties.filter).toMatchObject({ properties: { size: { default: 'SMALL' } } });
    expect(inputSchema.properties.filter).toMatchObject({ properties: { all: { items: { $ref: '#/$defs/Filter' } } } });
    expect(inputSchema.$defs?.Filter).toMatchObject({ properties: { all: { items: { $ref: '#/$defs/Filter' } } } });
    const pick = toolOf('query Tool($by: Pick!) { pick(by: $by) { id } }').inputSchema.properties.by;
    expect(pick).toMatchObject({ minProperties: 1, maxProperties: 1 });
  });

  it('is described by its rules, else its own text, else the comment above it, else the schema', () => {
    const body = '($id: ID!) { product(id: $id) { id } }';
    expect(toolOf(`query Tool${body}`).description).toBe('One product, by its id.');
    expect(toolOf(`# Copyright\n\n# Looks it up.\n# Fast.\nquery Tool${body}`).description).toBe('Looks it up.\nFast.');
    expect(toolOf(`"""Finds it."""\nquery Tool${body}`).description).toBe('Finds it.');
    expect(toolOf(`# Looks.\nquery Tool${body}`, { description: 'Other.' }).description).toBe('Other.');
    const commented = toolOf('query Tool(\n  # Which one.\n  $id: ID!\n) { product(id: $id) { id } }');
    expect(commented.inputSchema.properties.id).toMatchObject({ description: 'Which one.' });
    const behind = toolOf('query Tool { find(first: 1) { id } } # behind\nfragment F on Product { id }');
    expect(behind.description).toBe('The query Tool.');
  });

  it('brings the fragments that it spreads, whichever file has them, and no other', () => {
    const { tools, problems } = registryOf({
      'a.graphql': 'query Tool { find { ...A } }',
      'b.graphql': 'fragment A on Product { ...B }\nfragment B on Product { id }\nfragment C on Product { nothing }',
    });
    expect(problems).toEqual([]);
    expect(tools.get('Tool')!.query).toContain('fragment B');
    expect(tools.get('Tool')!.query).not.toContain('fragment C');
  });

  it('need not be given what is generated', () => {
    const tool = toolOf('mutation Tool($id: ID!) { rename(id: $id, to: { name: "x" }) { id } }', { generate: ['id'] });
    expect(tool.inputSchema.required).toBeUndefined();
    expect(tool.inputSchema.properties.id).toMatchObject({ description: 'Left out: a random UUID.' });
    expect(tool.generated).toEqual(['id']);
  });
});

describe('what does not fit is reported, and the others are there', () => {
  const good = 'query Good { find { id } }';
  it.each([
    ['an unknown field', `${good} query Bad { find { price } }`, 'Bad', 'Cannot query field "price"'],
    ['an unknown fragment', `${good} query Bad { find { ...No } }`, 'Bad', 'Unknown fragment "No"'],
    [
      'fragments in a circle',
      `${good} query Bad { find { ...F } } fragment F on Product { ...F }`,
      'Bad',
      'within itself',
    ],
    ['an unknown type of a variable', `${good} query Bad($x: No) { find { id } }`, 'Bad', 'Unknown type "No"'],
    ['no name', `${good} { find { id } }`, null, 'an operation without a name; expected query NAME'],
    ['a type', `${good} type X { a: Int }`, null, 'expected operations and fragments'],
    ['a long name', `${good} query ${'N'.repeat(65)} { find { id } }`, 'N'.repeat(65), 'more than the 64 characters'],
    ['the same name again', `${good} query Good { find { name } }`, 'Good', 'has the same name'],
  ])('%s', (_name, text, operation, message) => {
    const { tools, problems } = registryOf({ 'a.graphql': text });
    expect([...tools.keys()]).toEqual(['Good']);
    expect(problems).toEqual([{ file: 'a.graphql', operation, message: expect.stringContaining(message) }]);
  });

  it('a file that is not GraphQL, with its line', () => {
    const { tools, problems } = registryOf({ 'bad.graphql': 'query {\n  ,, }', 'good.graphql': good });
    expect([...tools.keys()]).toEqual(['Good']);
    expect(problems).toEqual([{ file: 'bad.graphql', operation: null, message: expect.stringContaining('line 2') }]);
  });

  it('one name in two files: the first is used', () => {
    const { tools, problems } = registryOf({ 'a.graphql': good, 'b.graphql': 'query Good { find { name } }' });
    expect(tools.get('Good')!.query).toContain('id');
    expect(problems).toMatchObject([{ file: 'b.graphql', message: expect.stringContaining('a.graphql') }]);
  });

  it('a mutation where none is allowed, and rules for what is not there', () => {
    const text = `${good} mutation Rename { rename(id: 1, to: { name: "x" }) { id } }`;
    const { tools, problems } = registryOf({ 'a.graphql': text }, { Gone: {}, Good: { generate: ['no'] } }, false);
    expect([...tools.keys()]).toEqual([]);
    expect(problems.map(({ operation, message }) => `${operation}: ${message}`)).toEqual([
      'Good: Its rules name the variable $no, which it does not have.',
      'Rename: It is a mutation, and mutations are not allowed here.',
      'Gone: There are rules for it, but no file has an operation of this name.',
    ]);
  });

  it('what rules switch off is not there, and is not a problem', () => {
    expect(registryOf({ 'a.graphql': good }, { Good: { enabled: false } })).toEqual({ tools: new Map(), problems: [] });
  });
});
