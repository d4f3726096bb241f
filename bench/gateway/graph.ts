import { setTimeout as delay } from 'node:timers/promises';
import { shop } from './shop.graph.ts';

/** The graph that all gateways serve: an entity chain through three subgraphs, one large list, and streams. */
export interface SubgraphModule {
  readonly name: string;
  readonly typeDefs: string;
  readonly resolvers: Record<string, Record<string, unknown>>;
}

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])';

/** Delay of the fields that complete a stream's events, like a database query. */
export const REST_DELAY_MS = 10;

/** 40,000 rows of about 210 bytes of JSON: 8 MiB. */
const rows = Array.from({ length: 40_000 }, (_, index) => ({
  id: `row-${index}`,
  title: `Row number ${index} of a large answer`,
  text: 'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor. '.slice(0, 70 + (index % 10)),
  size: index,
  isOpen: index % 2 === 0,
  kind: ['FIRST', 'SECOND', 'THIRD'][index % 3],
}));

export const graph: readonly SubgraphModule[] = [
  {
    name: 'users',
    typeDefs: `${LINK}
      type Query { me: User! user(id: ID!): User rows: [Row!]! }
      type User @key(fields: "id") { id: ID! name: String! email: String bio: String nickname: String! }
      type Row { id: ID! title: String! text: String! size: Int! isOpen: Boolean! kind: Kind! }
      enum Kind { FIRST SECOND THIRD }`,
    resolvers: {
      Query: {
        me: () => ({ id: '1', name: 'Ann', email: 'ann@example.org', bio: 'Writes.' }),
        user: (_: unknown, { id }: { id: string }) => ({ id, name: 'Ann', email: 'ann@example.org', bio: 'Writes.' }),
        rows: () => rows,
      },
      User: {
        nickname: async ({ id }: { id: string }) => {
          await delay(REST_DELAY_MS);
          return `nick-${id}`;
        },
      },
    },
  },
  {
    name: 'projects',
    typeDefs: `${LINK}
      type User @key(fields: "id") { id: ID! projects(first: Int = 5): [Project!]! }
      type Project @key(fields: "id") { id: ID! title: String! files: [File!]! }
      type File { path: String! sizeBytes: Int! }`,
    resolvers: {
      User: {
        projects: ({ id }: { id: string }, { first }: { first: number }) =>
          Array.from({ length: first }, (_, index) => ({
            id: `${id}-${index}`,
            title: `Project ${index}`,
            files: [
              { path: 'src/main.ts', sizeBytes: 1200 },
              { path: 'README.md', sizeBytes: 300 },
            ],
          })),
      },
    },
  },
  {
    name: 'billing',
    typeDefs: `${LINK}
      type Project @key(fields: "id") { id: ID! costCents: Int! spentCents: Int! plan: Plan! }
      type Plan { name: String! limit: Int! }`,
    resolvers: {
      Project: {
        costCents: ({ id }: { id: string }) => id.length * 7,
        spentCents: async ({ id }: { id: string }) => {
          await delay(REST_DELAY_MS);
          return id.length * 11;
        },
        plan: () => ({ name: 'Pro', limit: 1000 }),
      },
    },
  },
  ...shop,
];
