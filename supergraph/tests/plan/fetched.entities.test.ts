import { pino } from 'pino';
import { createCore } from '../../src/pipeline/core.ts';
import type { RequestContext } from '../../src/request/context.ts';
import type { GraphQLResult, SubgraphRequest } from '../../src/request/message.ts';
import { FEDERATION_2 } from '../audit/audit.fixture.ts';
import { anonymous, composeInProcess } from '../support/in-process.transport.ts';

const AUTHORS = ['ann', 'bob', 'cleo'];

/** Posts whose authors are met at several depths; their names come from another subgraph. */
const { supergraph, transport } = composeInProcess([
  {
    name: 'posts',
    sdl: `${FEDERATION_2}
      type Query { posts: [Post!]! first: Post! }
      type Mutation { publish: Post! }
      type Post { title: String! author: Author! }
      type Author @key(fields: "id") { id: ID! posts: [Post!]! }`,
    resolvers: {
      Query: { posts: () => AUTHORS.map(toPost), first: () => toPost('ann') },
      Mutation: { publish: () => toPost('ann') },
      Author: {
        posts: ({ id }: { id: string }) => [toPost(id), toPost(AUTHORS[(AUTHORS.indexOf(id) + 1) % 3] as string)],
      },
    },
  },
  {
    name: 'names',
    sdl: `${FEDERATION_2} type Author @key(fields: "id") { id: ID! name: String address: Address } type Address { lines: [String!]! }`,
    resolvers: {
      Author: {
        name: ({ id }: { id: string }) => id.toUpperCase(),
        address: ({ id }: { id: string }) => ({ lines: [`${id} street`] }),
      },
    },
  },
]);

function toPost(author: string) {
  return { title: `by ${author}`, author: { id: author } };
}

const DEEP =
  '{ posts { author { name address { lines } posts { title author { name address { lines } } } } } first { author { name address { lines } } } }';
const address = (id: string) => ({ lines: [`${id} street`] });
const named = (id: string) => ({ name: id.toUpperCase(), address: address(id) });
const EXPECTED = {
  posts: AUTHORS.map((id, index) => ({
    author: {
      ...named(id),
      posts: [id, AUTHORS[(index + 1) % 3] as string].map((other) => ({ title: `by ${other}`, author: named(other) })),
    },
  })),
  first: { author: named('ann') },
};

function ask(
  query: string,
  alter: (request: SubgraphRequest, answer: GraphQLResult) => GraphQLResult = (_, answer) => answer,
) {
  const asked: string[] = [];
  const core = createCore({
    supergraph,
    log: pino({ level: 'silent' }),
    transport: {
      async fetch(request: SubgraphRequest, context: RequestContext) {
        const answer = await transport.fetch(request, context);
        if (request.subgraph === 'names') {
          const { representations } = request.variables as { representations: { id: string }[] };
          for (const { id } of representations) asked.push(id);
        }
        return alter(request, answer);
      },
    },
  });
  return core.execute({ query }, anonymous).then((result) => ({ result, asked: asked.sort() }));
}

describe('Entities that stand at several places of an answer', () => {
  it('are asked of a subgraph once for each query', async () => {
    const { result, asked } = await ask(DEEP);
    expect(result).toEqual({ data: EXPECTED });
    expect(asked).toEqual(AUTHORS);
  });

  it('are objects of their own at each place', async () => {
    const { result } = await ask(DEEP);
    const places = result.data as unknown as typeof EXPECTED;
    expect(places.first.author.address).toEqual(places.posts[0]?.author.address);
    expect(places.first.author.address).not.toBe(places.posts[0]?.author.address);
  });

  it('tell each place of their error', async () => {
    const fails = ({ subgraph, variables }: SubgraphRequest, answer: GraphQLResult): GraphQLResult => {
      const { representations = [] } = (variables ?? {}) as { representations?: { id: string }[] };
      const index = subgraph === 'names' ? representations.findIndex(({ id }) => id === 'bob') : -1;
      if (index < 0) return answer;
      const entities = (answer.data as { _entities: object[] })._entities.map((entity, at) =>
        at === index ? { ...entity, name: null } : entity,
      );
      return { data: { _entities: entities }, errors: [{ message: 'no name', path: ['_entities', index, 'name'] }] };
    };
    const { result } = await ask(DEEP, fails);
    const withoutBob = JSON.parse(JSON.stringify(EXPECTED).replaceAll('"BOB"', 'null'));
    expect(result.data).toEqual(withoutBob);
    expect(result.errors?.map(({ path }) => path?.join('.')).sort()).toEqual([
      'posts.0.author.posts.1.author.name',
      'posts.1.author.name',
      'posts.1.author.posts.0.author.name',
    ]);
  });

  it('are asked again after a request that failed as a whole', async () => {
    let failures = 0;
    const failsOnce = ({ subgraph }: SubgraphRequest, answer: GraphQLResult): GraphQLResult => {
      if (subgraph !== 'names' || failures > 0) return answer;
      failures += 1;
      return { errors: [{ message: 'away' }] };
    };
    const { result } = await ask('{ posts { author { posts { author { name } } name } } }', failsOnce);
    const places = (result.data as { posts: { author: { name: string | null; posts: object[] } }[] }).posts;
    expect(result.errors?.length).toBeGreaterThan(0);
    // Those that asked themselves, or later, have their names.
    expect(JSON.stringify(places)).toContain('"name":"ANN"');
  });

  it('are asked anew by each field of a mutation', async () => {
    const { result, asked } = await ask('mutation { a: publish { author { name } } b: publish { author { name } } }');
    expect(result).toEqual({ data: { a: { author: { name: 'ANN' } }, b: { author: { name: 'ANN' } } } });
    expect(asked).toEqual(['ann', 'ann']);
  });
});
