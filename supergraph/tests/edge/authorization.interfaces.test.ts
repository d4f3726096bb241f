import { type DocumentNode, Kind, parse, print, visit } from 'graphql';
import { pino } from 'pino';
import { routerConfigSchema } from '../../src/config/config.schema.ts';
import { createAuthorization } from '../../src/edge/authorization.ts';
import { createCore } from '../../src/pipeline/core.ts';
import type { GraphQLResult } from '../../src/request/message.ts';
import { anonymous, composeInProcess } from '../support/in-process.transport.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])';
const RIGHTS = new Set(['authenticated', 'requiresScopes', 'policy']);

const open = { __typename: 'PublicBlog', id: '1', title: 'Open', author: { __typename: 'Person', name: 'Ann' } };
const closed = { __typename: 'PrivateBlog', id: '2', title: 'CLOSED', author: { __typename: 'Ghost', name: 'GHOST' } };

const BLOG = {
  name: 'blog',
  sdl: `${LINK}
    type Query { posts: [Post] open: [Post] items: [Item] blog: PublicBlog authored: [Authored] node: Node apple: Apple }
    interface Post implements Titled { id: ID! title: String }
    interface Titled { title: String }
    interface Authored { author: Author }
    interface Author { name: String }
    union Item = PublicBlog | PrivateBlog
    type PublicBlog implements Post & Titled & Authored { id: ID! title: String author: Person }
    type PrivateBlog implements Post & Titled & Authored @authenticated { id: ID! title: String author: Ghost }
    type Person implements Author { name: String }
    type Ghost implements Author @policy(policies: [["medium"]]) { name: String }
    interface Node @key(fields: "id") { id: ID! }
    type Shown implements Node @key(fields: "id") { id: ID! }
    type Hidden implements Node @key(fields: "id") @requiresScopes(scopes: [["node"]]) { id: ID! }
    type Apple @key(fields: "id") { id: ID @authenticated price: Int @requiresScopes(scopes: [["price"]]) }`,
  resolvers: {
    Query: {
      posts: () => [open, closed],
      open: () => [open],
      items: () => [open, closed],
      blog: () => open,
      authored: () => [open, closed],
      node: () => ({ __typename: 'Hidden', id: 'HIDDEN' }),
      apple: () => ({ id: 'KEY', price: 77 }),
    },
    Node: { __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Hidden', id }) },
  },
};
const MORE = {
  name: 'more',
  sdl: `${LINK}
    type Query { nodes: [Node] }
    type Node @key(fields: "id") @interfaceObject { id: ID! stars: String }
    type Apple @key(fields: "id") { id: ID @authenticated free: Int price: Int @external taxed: Int @requires(fields: "price") @requiresScopes(scopes: [["price"]]) }`,
  resolvers: {
    Query: { nodes: () => [{ id: 'HIDDEN' }] },
    Node: { stars: () => 'HIDDEN STARS' },
    Apple: { free: () => 1, taxed: ({ price }: { price: number }) => price * 2 },
  },
};

/** As composition did before federation 2.14: nothing on interfaces for the types that implement them. */
function withoutInterfaceRights(sdl: string): string {
  const without = <T extends { readonly directives?: readonly { readonly name: { readonly value: string } }[] }>(
    node: T,
  ): T => ({ ...node, directives: node.directives?.filter(({ name }) => !RIGHTS.has(name.value)) });
  const document: DocumentNode = visit(parse(sdl), {
    [Kind.INTERFACE_TYPE_DEFINITION]: { leave: (node) => without(node) },
  });
  return print(document);
}

const { supergraph, transport } = composeInProcess([BLOG, MORE], withoutInterfaceRights);

async function ask(query: string): Promise<GraphQLResult> {
  expect(/interface Post[^{]*/.exec(supergraph.sdl)?.[0]).not.toContain('@authenticated');
  const log = pino({ level: 'silent' });
  const config = routerConfigSchema.parse({}).authorization.directives;
  const authorize = createAuthorization({ config, supergraph, log });
  return createCore({ supergraph, transport, log, hooks: { ...(authorize && { authorize }) } }).execute(
    { query },
    anonymous,
  );
}

describe('types hidden behind an interface that asks for nothing', () => {
  it.each([
    ['{ posts { title } }', ['posts']],
    ['{ posts { ... on Post { title } } }', ['posts']],
    ['{ posts { ... { title } } }', ['posts']],
    ['{ posts { ... @include(if: true) { ... on Titled { title } } } }', ['posts']],
    ['{ posts { ...F } } fragment F on Post { title }', ['posts']],
    ['{ posts { ...F } } fragment F on Post { ...G } fragment G on Titled { heading: title }', ['posts']],
    ['{ items { ... on Post { title } } }', ['items']],
    ['{ items { ... on PublicBlog { id } ...F } } fragment F on Titled { title }', ['items']],
    ['{ items { ... on PrivateBlog { title } } }', ['items', '@', '... on PrivateBlog']],
    ['{ items { ...F } } fragment F on PrivateBlog { title }', ['items', '@', '... on PrivateBlog']],
    ['{ node { id } }', ['node']],
    ['{ node { ... on Node { stars } } }', ['node']],
    ['{ nodes { stars } }', ['nodes']],
    ['{ nodes { ...F } } fragment F on Node { stars }', ['nodes']],
    ['{ authored { ... on PublicBlog { author { name } } ... on Authored { author { name } } } }', ['authored']],
  ])('%s', async (query, path) => {
    const { data, errors } = await ask(query);
    expect(errors?.map((error) => error.path)).toContainEqual(path);
    expect(JSON.stringify(data)).not.toMatch(/CLOSED|HIDDEN|GHOST/);
  });

  it('takes the type of an implementation’s field for that of the interface’s', async () => {
    const { data, errors } = await ask('{ authored { author { name } } }');
    expect(data).toEqual({ authored: null });
    expect(errors).toHaveLength(1);
  });

  it('answers what only types ask that the viewer may see', async () => {
    expect(await ask('{ posts { __typename ... on PublicBlog { ... on Post { title } } } blog { title } }')).toEqual({
      data: {
        posts: [{ __typename: 'PublicBlog', title: 'Open' }, { __typename: 'PrivateBlog' }],
        blog: { title: 'Open' },
      },
    });
  });

  it('shows nothing that a plan fetches for itself: the key of an entity', async () => {
    const { data, errors } = await ask('{ apple { id free } }');
    expect(data).toEqual({ apple: { id: null, free: 1 } });
    expect(errors?.map((error) => error.path)).toEqual([['apple', 'id']]);
  });
});
