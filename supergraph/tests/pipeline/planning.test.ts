import { startAudit } from '../audit/audit.fixture.ts';

describe('Plans that need care', () => {
  it('reports no error of what was asked for objects of another type only', async () => {
    const { ask } = startAudit([
      {
        name: 'a',
        sdl: `type Query { thing: Thing } interface Thing { id: ID! next: Apple } type Apple implements Thing @key(fields: "id") { id: ID! next: Apple }
          type Birch implements Thing @key(fields: "id") { id: ID! next: Apple }`,
        query: { thing: { __typename: 'Birch', id: '1', next: { id: '2' } } },
      },
      {
        name: 'b',
        sdl: 'type Apple @key(fields: "id") { id: ID! size: Int other: Int }',
        entities: {
          Apple: [
            {
              id: '2',
              size() {
                throw new Error('No size.');
              },
              other() {
                throw new Error('No other.');
              },
            },
          ],
        },
      },
    ]);
    // The fetch of `size` cannot tell an Apple's `next` from a Birch's.
    expect(await ask('{ thing { next { id } ... on Apple { next { size } } } }')).toEqual({
      data: { thing: { next: { id: '2' } } },
    });
    const { data, errors } = await ask('{ thing { next { other } ... on Apple { next { size } } } }');
    expect(data).toEqual({ thing: { next: { other: null } } });
    expect(errors?.map(({ path }) => path)).toEqual([['thing', 'next', 'other']]);
  });

  it('reports why an object’s type did not come', async () => {
    const { ask } = startAudit([
      {
        name: 'a',
        sdl: 'interface Node @key(fields: "id") { id: ID! } type Birch implements Node @key(fields: "id") { id: ID! size: Int! }',
        entities: {
          Node: [{ __typename: 'Birch', id: '1', size: null }],
          Birch: [{ id: '1', size: null }],
        },
      },
      {
        name: 'b',
        sdl: 'type Query { node: Node } type Node @key(fields: "id") @interfaceObject { id: ID! }',
        query: { node: { id: '1' } },
      },
    ]);
    const expected = (path: string[]) => ({
      data: { node: null },
      errors: [expect.objectContaining({ message: 'Cannot return null for non-nullable field Birch.size.', path })],
    });
    expect(await ask('{ node { id ... on Birch { size } } }')).toEqual(expected(['node', 'size']));
    expect(await ask('{ node { id ...B } } fragment B on Birch { a: size }')).toEqual(expected(['node', 'a']));
    expect(await ask('{ node { __typename ... on Birch { size } } }')).toEqual(expected(['node', 'size']));
    expect(await ask('{ node { id } }')).toEqual({ data: { node: { id: '1' } } });
  });

  it('never answers with the name of an interface for an object whose type did not come', async () => {
    const { ask } = startAudit([
      {
        name: 'a',
        sdl: 'interface Node @key(fields: "id") { id: ID! } type Birch implements Node @key(fields: "id") { id: ID! size: Int }',
        entities: { Node: [] },
      },
      {
        name: 'b',
        sdl: 'type Query { nodes: [Node] } type Node @key(fields: "id") @interfaceObject { id: ID! note: String }',
        query: { nodes: [{ id: '1', note: 'n' }] },
      },
    ]);
    expect(await ask('{ nodes { __typename note } }')).toEqual({
      data: { nodes: [null] },
      errors: [
        {
          message:
            "The subgraph 'b' returned a value for the field Query.nodes that is an object whose type no subgraph could determine.",
          path: ['nodes', 0],
          extensions: { code: 'INVALID_SUBGRAPH_VALUE', service: 'b' },
        },
      ],
    });
    expect(await ask('{ nodes { note ... on Birch { size } } }')).toEqual({ data: { nodes: [{ note: 'n' }] } });
  });

  it('refuses an operation that would keep the planner busy for minutes', async () => {
    const types = ['Apple', 'Birch', 'Cloud', 'Dune'];
    const { ask } = startAudit([
      {
        name: 'a',
        sdl: `interface Node @key(fields: "id") { id: ID! } ${types.map((name) => `type ${name} implements Node @key(fields: "id") @key(fields: "code") { id: ID! code: ID! @shareable tick: Int @shareable }`).join(' ')}`,
      },
      {
        name: 'b',
        sdl: types
          .map((name) => `type ${name} @key(fields: "code") { code: ID! @shareable tick: Int @shareable }`)
          .join(' '),
      },
      {
        name: 'c',
        sdl: 'type Query { node: Node } type Node @key(fields: "id") @interfaceObject { id: ID! next: Node }',
        query: { node: null },
      },
    ]);
    const nested = (levels: number): string =>
      `next { ${types.map((name) => `... on ${name} { tick code }`).join(' ')} ${levels ? nested(levels - 1) : ''} }`;
    expect(await ask(`{ node { ${nested(0)} } }`)).toEqual({ data: { node: null } });
    const { data, errors } = await ask(`{ node { ${nested(8)} } }`);
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions?.code).toBe('QUERY_PLANNING_LIMIT');
  });

  it('refuses a mutation whose fields require the same field with different arguments', async () => {
    const { ask, asked } = startAudit([
      {
        name: 'a',
        sdl: 'type Query { item: Item } type Mutation { make: Item } type Item @key(fields: "id") { id: ID! size(n: Int): Int }',
        mutation: { make: { id: '1', size: ({ n }: { n: number }) => n } },
        query: { item: { id: '1', size: ({ n }: { n: number }) => n } },
      },
      {
        name: 'b',
        sdl: 'type Item @key(fields: "id") { id: ID! size(n: Int): Int @external one: Int @requires(fields: "size(n: 1)") two: Int @requires(fields: "size(n: 2)") }',
        entities: {
          Item: [
            {
              id: '1',
              one: 1,
              two: 2,
            },
          ],
        },
      },
    ]);
    expect(await ask('{ item { one two } }')).toEqual({ data: { item: { one: 1, two: 2 } } });
    expect(await ask('mutation { make { two } }')).toEqual({ data: { make: { two: 2 } } });
    const before = asked().length;
    const { data, errors } = await ask('mutation { make { one two } }');
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions?.code).toBe('REQUIRED_ARGUMENTS_CONFLICT');
    expect(asked()).toHaveLength(before);
    // What the document has beside the fields that are asked does not count.
    const fragment = 'fragment Skipped on Item { one }';
    for (const document of [
      `mutation { make { two ...Skipped @skip(if: true) } } ${fragment}`,
      `mutation ($no: Boolean = false) { make { two ...Skipped @include(if: $no) } } ${fragment}`,
    ]) {
      expect([document, await ask(document)]).toEqual([document, { data: { make: { two: 2 } } }]);
    }
    const both = await ask('mutation A { make { two } } mutation B { make { one } }', {}, 'A');
    expect(both).toEqual({ data: { make: { two: 2 } } });
  });
});
