import { type Entities, startAudit } from '../audit/audit.fixture.ts';
import type { Part } from './defer.merge.ts';

const TREES = [
  { __typename: 'Apple', id: '1', size: 3, parts: [{ __typename: 'Node', id: '2' }] },
  { __typename: 'Birch', id: '2', height: 9, size: 4 },
];

/** Subgraph `b` knows the nodes by their interface only, subgraph `a` knows what each of them is. */
function startNodes(nodes: Entities = TREES) {
  const { askInParts } = startAudit([
    {
      name: 'a',
      sdl: `interface Node @key(fields: "id") { id: ID! } interface Sized { size: Int } union Any = Apple | Birch
        type Apple implements Node & Sized @key(fields: "id") { id: ID! size: Int }
        type Birch implements Node & Sized @key(fields: "id") { id: ID! size: Int height: Int fault: String! }
        type Secret implements Node @key(fields: "id") @inaccessible { id: ID! }`,
      entities: {
        Node: nodes,
        Apple: TREES.slice(0, 1),
        Birch: [
          {
            ...TREES[1],
            fault() {
              throw new Error('It broke.');
            },
          },
        ],
      },
    },
    {
      name: 'b',
      sdl: 'type Query { nodes: [Node] second: Node } type Node @key(fields: "id") @interfaceObject { id: ID! note: String next: Node }',
      query: {
        nodes: ['1', '2'].map((id) => ({ id, note: `n${id}`, next: { id: '2' } })),
        second: { id: '2', note: 'n2', next: { id: '1' } },
      },
      entities: { Node: ['1', '2'].map((id) => ({ id, note: `n${id}`, next: { id: '2' } })) },
    },
  ]);
  return {
    /** The first part's data, and the increments in order of their paths. */
    async ask(query: string, variables?: Record<string, unknown>) {
      const [first, ...later] = (await askInParts(query, variables)) as unknown as Part[];
      const increments = later.flatMap(({ incremental = [] }) => incremental);
      return { ...first, later: increments.sort((a, b) => (a.path.join() < b.path.join() ? -1 : 1)) };
    },
  };
}

describe('@defer on an object whose type comes later', () => {
  it('shows the fields of its type, beside what is deferred within', async () => {
    const { ask } = startNodes();
    const { data, later } = await ask(
      '{ second { id ... @defer(label: "L") { ... on Any @defer { __typename } ... on Birch { __typename height } } } }',
    );
    expect(data).toEqual({ second: { id: '2' } });
    expect(later).toContainEqual({ label: 'L', path: ['second'], data: { __typename: 'Birch', height: 9 } });
    expect(later).toContainEqual({ path: ['second'], data: { __typename: 'Birch' } });
    expect(later).toHaveLength(2);
  });

  it.each([
    ['itself', '... on Birch @defer { id height }'],
    ['within a fragment on its interface', '... on Node { ... on Birch @defer { id height } }'],
    ['within a fragment on another abstract type', '... on Any { ... on Birch @defer { id height } }'],
    ['by a fragment within', '... on Birch { ... @defer { id height } }'],
    ['under a condition', '... on Birch @defer(if: $yes) { id height ... on Sized @skip(if: $yes) { size } }'],
  ])('tells only of objects of the type that is asked: %s', async (_where, selection) => {
    const { ask } = startNodes();
    const { data, later } = await ask(
      `query ($yes: Boolean = true) { nodes { id note @include(if: $yes) ${selection} } }`,
    );
    expect(data).toEqual({
      nodes: [
        { id: '1', note: 'n1' },
        { id: '2', note: 'n2' },
      ],
    });
    expect(later).toEqual([{ path: ['nodes', 1], data: { id: '2', height: 9 } }]);
  });

  it('tells the types of a list apart, and fragments that several of them meet', async () => {
    const { ask } = startNodes();
    const { later } = await ask('{ nodes { id ... on Sized @defer { size ... on Birch { height } } } }');
    expect(later).toEqual([
      { path: ['nodes', 0], data: { size: 3 } },
      { path: ['nodes', 1], data: { size: 4, height: 9 } },
    ]);
  });

  it('goes on into what is deferred on another such object', async () => {
    const { ask } = startNodes();
    const { later } = await ask(
      '{ second { id ... @defer { next { id ... on Apple @defer { size } ... on Birch @defer { height } } } } }',
    );
    expect(later).toEqual([
      { path: ['second'], data: { next: { id: '2' } } },
      { path: ['second', 'next'], data: { height: 9 } },
    ]);
  });

  it('comes in one piece where no condition holds', async () => {
    const { ask } = startNodes();
    const { data, later } = await ask(
      '{ second { id ... @defer(if: false) { ... on Birch @defer(if: false) { height } } } }',
    );
    expect([data, later]).toEqual([{ second: { id: '2', height: 9 } }, []]);
  });

  it('says why the fields of a type are missing that did not come', async () => {
    const { ask } = startNodes(() => {
      throw new Error('Nobody knows.');
    });
    const { data, later } = await ask('{ second { id ... @defer(label: "L") { note ... on Birch { height } } } }');
    expect(data).toEqual({ second: { id: '2' } });
    const errors = [expect.objectContaining({ message: 'Nobody knows.' })];
    expect(later).toEqual([{ label: 'L', path: ['second'], data: null, errors }]);
  });

  it('keeps the error of a field to the fragment that has it', async () => {
    const { ask } = startNodes();
    const { later } = await ask(
      '{ nodes { id ... @defer { ... on Birch { fault } } ... @defer { ... on Birch { height } } } }',
    );
    const errors = [expect.objectContaining({ path: ['nodes', 1, 'fault'] })];
    expect(later.filter((increment) => increment.errors)).toEqual([
      expect.objectContaining({ path: ['nodes', 1], errors }),
    ]);
    expect(later).toContainEqual({ path: ['nodes', 1], data: { height: 9 } });
    expect(later).toHaveLength(4);
  });

  it('does not show a type that is not in the API schema', async () => {
    const { ask } = startNodes([{ __typename: 'Secret', id: '2' }]);
    const { later } = await ask('{ second { id ... @defer { note ... on Sized { __typename size } } } }');
    const errors = [
      expect.objectContaining({
        path: ['second'],
        extensions: expect.objectContaining({ code: 'INVALID_SUBGRAPH_VALUE' }),
      }),
    ];
    expect(later).toEqual([{ path: ['second'], data: null, errors }]);
  });
});
