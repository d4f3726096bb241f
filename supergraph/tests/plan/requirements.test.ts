import { type Audited, startAudit } from '../audit/audit.fixture.ts';

type Source = Record<string, number | undefined>;

/** A field that says by a number that is far too great what it was not given. */
function plusOne(name: string) {
  return function (this: Source) {
    return (this[name] ?? 1000) + 1;
  };
}

const throughRoot = () =>
  startAudit([
    {
      name: 'a',
      sdl: 'type Query { t: T } type Mutation { touch: T } type T @key(fields: "id") { id: ID! f0: Int @external f1: Int @requires(fields: "f0") }',
      query: { t: { id: '1', f1: plusOne('f0') } },
      mutation: { touch: { id: '1', f1: plusOne('f0') } },
      entities: { T: [{ id: '1', f1: plusOne('f0') }] },
    },
    { name: 'b', sdl: 'type T @key(fields: "id") { id: ID! f0: Int }', entities: { T: [{ id: '1', f0: 10 }] } },
    {
      name: 'c',
      sdl: 'type T @key(fields: "id") { id: ID! f1: Int @external f2: Int @requires(fields: "f1") }',
      entities: { T: [{ id: '1', f2: plusOne('f1') }] },
    },
  ]);

const backAndForth = () =>
  startAudit([
    {
      name: 'a',
      sdl: 'type Query { x: X } type X @key(fields: "id") { id: ID! a: Int }',
      query: { x: { id: '1', a: 1 } },
      entities: { X: [{ id: '1', a: 1 }] },
    },
    {
      name: 'b',
      sdl: 'type X @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") c: Int @external d: Int @requires(fields: "c") }',
      entities: { X: [{ id: '1', b: plusOne('a'), d: plusOne('c') }] },
    },
    {
      name: 'c',
      sdl: 'type X @key(fields: "id") { id: ID! b: Int @external c: Int @requires(fields: "b") }',
      entities: { X: [{ id: '1', c: plusOne('b') }] },
    },
  ]);

/** Subgraph and representations of each fetch of entities. */
function handedOver({ requests }: Audited): unknown[] {
  return requests
    .filter(({ query }) => query.includes('_entities'))
    .map(({ subgraph, variables }) => [subgraph, ...((variables?.representations as unknown[]) ?? [])]);
}

describe('Requirements of requirements', () => {
  it('are fetched before what requires them, though the first subgraph has the field', async () => {
    const graph = throughRoot();
    expect(await graph.data('{ t { f2 } }')).toEqual({ t: { f2: 12 } });
    expect(handedOver(graph)).toEqual([
      ['b', { __typename: 'T', id: '1' }],
      ['a', { __typename: 'T', id: '1', f0: 10 }],
      ['c', { __typename: 'T', id: '1', f1: 11 }],
    ]);
    expect(await graph.data('{ t { f0 f1 f2 } }')).toEqual({ t: { f0: 10, f1: 11, f2: 12 } });
  });

  it('are fetched in turn by two subgraphs', async () => {
    const graph = backAndForth();
    expect(await graph.data('{ x { d } }')).toEqual({ x: { d: 4 } });
    expect(handedOver(graph)).toEqual([
      ['b', { __typename: 'X', id: '1', a: 1 }],
      ['c', { __typename: 'X', id: '1', b: 2 }],
      ['b', { __typename: 'X', id: '1', c: 3 }],
    ]);
    for (const [selection, expected] of [
      ['b', { b: 2 }],
      ['c', { c: 3 }],
      ['d b', { d: 4, b: 2 }],
      ['a b c d', { a: 1, b: 2, c: 3, d: 4 }],
      ['e: d, c', { e: 4, c: 3 }],
    ] as const) {
      expect(await graph.data(`{ x { ${selection} } }`)).toEqual({ x: expected });
    }
  });

  it('run a mutation once', async () => {
    const graph = throughRoot();
    expect(await graph.data('mutation Touch { touch { f2 } }')).toEqual({ touch: { f2: 12 } });
    expect(graph.requests.filter(({ kind }) => kind === 'mutation')).toHaveLength(1);
    expect(graph.requests.map(({ operationName }) => operationName)).toEqual([
      'Touch__a__0',
      'Touch__b__1',
      'Touch__a__2',
      'Touch__c__3',
    ]);
  });

  it('are known to a field that a label moves over', async () => {
    const graph = (percent: number) =>
      startAudit([
        {
          name: 'a',
          sdl: `type Query { t: T } type T @key(fields: "id") { id: ID! f0: Int @external f1: Int @requires(fields: "f0") }`,
          query: { t: { id: '1', f1: plusOne('f0') } },
          entities: { T: [{ id: '1', f1: plusOne('f0') }] },
        },
        {
          name: 'b',
          sdl: 'type T @key(fields: "id") { id: ID! f0: Int f2: Int f3: Int @external next: T @requires(fields: "f3") }',
          entities: { T: [{ id: '1', f0: 10, f2: 70, next: { id: '1', f0: 10 } }] },
        },
        {
          name: 'c',
          sdl: `type T @key(fields: "id") { id: ID! f1: Int @external
            f2: Int @override(from: "b", label: "percent(${percent})") @requires(fields: "f1") f3: Int @requires(fields: "f1") }`,
          entities: { T: [{ id: '1', f2: plusOne('f1'), f3: plusOne('f1') }] },
        },
      ]);
    const query = '{ t { f2 f3 next { f0 f2 f3 } } }';
    expect(await graph(0).data(query)).toEqual({ t: { f2: 70, f3: 12, next: { f0: 10, f2: 70, f3: 12 } } });
    expect(await graph(100).data(query)).toEqual({ t: { f2: 12, f3: 12, next: { f0: 10, f2: 12, f3: 12 } } });
  });

  it('tell a list of objects of one type by turns, each of which requires what the next does', async () => {
    const node = (id: string, next: string[]) => ({ id, next: next.map((other) => ({ id: other })) });
    const graph = startAudit([
      {
        name: 'a',
        sdl: 'type Query { first: Node } type Node @key(fields: "id") { id: ID! }',
        query: { first: { id: '1' } },
      },
      {
        name: 'b',
        sdl: 'type Node @key(fields: "id") { id: ID! seed: Int @external next: [Node] @requires(fields: "seed") }',
        entities: { Node: [node('1', ['2', '3']), node('2', ['3']), node('3', [])] },
      },
      {
        name: 'c',
        sdl: 'type Node @key(fields: "id") { id: ID! seed: Int weight: Int }',
        entities: { Node: ['1', '2', '3'].map((id) => ({ id, seed: 1, weight: Number(id) })) },
      },
      {
        name: 'd',
        sdl: 'type Node @key(fields: "id") { id: ID! next: [Node] @external weight: Int @external total: Int @requires(fields: "next { weight }") }',
        entities: {
          Node: ['1', '2', '3'].map((id) => ({
            id,
            total(this: { next?: { weight?: number }[] }) {
              return (this.next ?? [{}]).reduce((sum, { weight }) => sum + (weight ?? 1000), 0);
            },
          })),
        },
      },
    ]);
    expect(await graph.data('{ first { total next { total next { total } } } }')).toEqual({
      first: {
        total: 5,
        next: [
          { total: 3, next: [{ total: 0 }] },
          { total: 0, next: [] },
        ],
      },
    });
  });

  it('are entered by a key that the first subgraph names as another’s', async () => {
    const graph = startAudit([
      {
        name: 'a',
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! code: ID! @external h: Int @requires(fields: "code") }',
        query: { t: { id: '1' } },
        entities: { T: [{ id: '1' }] },
      },
      {
        name: 'b',
        sdl: 'type T @key(fields: "id") @key(fields: "code") { id: ID! code: ID! g: Int @external f: Int @requires(fields: "g") }',
        entities: { T: [{ id: '1', code: 'c1', f: plusOne('g') }] },
      },
      { name: 'c', sdl: 'type T @key(fields: "code") { code: ID! g: Int }', entities: { T: [{ code: 'c1', g: 5 }] } },
    ]);
    expect(await graph.data('{ t { f } }')).toEqual({ t: { f: 6 } });
    expect(handedOver(graph)).toEqual([
      ['b', { __typename: 'T', id: '1' }],
      ['c', { __typename: 'T', code: 'c1' }],
      ['b', { __typename: 'T', g: 5, id: '1' }],
    ]);
  });

  it('keep apart what one field is computed of with different arguments, or say that they cannot', async () => {
    const scaled = { f0: ({ n }: { n: number }) => n * 10 };
    const graph = startAudit([
      {
        name: 'a',
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! f0(n: Int! = 1): Int next: T }',
        query: { t: { id: '1', ...scaled, next: { id: '2', ...scaled } } },
        entities: { T: ['1', '2'].map((id) => ({ id, ...scaled, next: { id: '2', ...scaled } })) },
      },
      {
        name: 'b',
        sdl: `type T @key(fields: "id") { id: ID! f0(n: Int! = 1): Int @external plain: Int @requires(fields: "f0")
          twice: Int @requires(fields: "f0(n: 2)") }`,
        entities: { T: ['1', '2'].map((id) => ({ id, plain: plusOne('f0'), twice: plusOne('f0') })) },
      },
      {
        name: 'c',
        sdl: `type T @key(fields: "id") { id: ID! plain: Int @external twice: Int @external afterPlain: Int @requires(fields: "plain")
          afterTwice: Int @requires(fields: "twice") both: Int @requires(fields: "plain twice") }`,
        entities: {
          T: ['1', '2'].map((id) => ({ id, afterPlain: plusOne('plain'), afterTwice: plusOne('twice'), both: 0 })),
        },
      },
    ]);
    const fields = { plain: 11, twice: 21, afterPlain: 12, afterTwice: 22 };
    expect(
      await graph.data(
        '{ t { plain twice afterTwice ...Rest next { afterPlain twice plain } } } fragment Rest on T { afterPlain f0(n: 3) next { afterTwice } }',
      ),
    ).toEqual({ t: { ...fields, f0: 30, next: { afterPlain: 12, twice: 21, plain: 11, afterTwice: 22 } } });
    expect(await graph.data('{ t { afterTwice next { afterPlain } } }')).toEqual({
      t: { afterTwice: 22, next: { afterPlain: 12 } },
    });
    const { errors } = await graph.ask('{ t { both } }');
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['REQUIRED_ARGUMENTS_CONFLICT']);
  });

  it('keep apart the arguments of one type’s requirement and another’s, asked by their interface', async () => {
    const graph = startAudit([
      {
        name: 'a',
        sdl: `type Query { things: [Thing] } interface Thing { id: ID! one: Int two: Int }
          type S implements Thing @key(fields: "id") { id: ID! base(n: Int! = 1): Int one: Int @external two: Int @external }
          type T implements Thing @key(fields: "id") { id: ID! base: Int one: Int @external two: Int @external }`,
        query: {
          things: [
            { __typename: 'S', id: '1', base: ({ n }: { n: number }) => n * 10 },
            { __typename: 'T', id: '2', base: 50 },
          ],
        },
      },
      {
        name: 'b',
        sdl: `type S @key(fields: "id") { id: ID! base(n: Int! = 1): Int @external one: Int @requires(fields: "base(n: 2)") two: Int @requires(fields: "base") }
          type T @key(fields: "id") { id: ID! base: Int @external one: Int @requires(fields: "base") two: Int }`,
        entities: {
          S: [{ id: '1', one: plusOne('base'), two: plusOne('base') }],
          T: [{ id: '2', one: plusOne('base'), two: 7 }],
        },
      },
    ]);
    expect(await graph.data('{ things { one two } }')).toEqual({
      things: [
        { one: 21, two: 11 },
        { one: 51, two: 7 },
      ],
    });
  });
});
