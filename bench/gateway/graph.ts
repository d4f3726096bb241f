/** The graph that all gateways serve: three subgraphs, an entity chain through all of them, and one large list. */
export interface SubgraphModule {
  readonly name: string;
  readonly typeDefs: string;
  readonly resolvers: Record<string, Record<string, unknown>>;
}

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])';

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
      type Query { me: User! rows: [Row!]! }
      type User @key(fields: "id") { id: ID! name: String! email: String bio: String }
      type Row { id: ID! title: String! text: String! size: Int! isOpen: Boolean! kind: Kind! }
      enum Kind { FIRST SECOND THIRD }`,
    resolvers: {
      Query: { me: () => ({ id: '1', name: 'Ann', email: 'ann@example.org', bio: 'Writes.' }), rows: () => rows },
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
      type Project @key(fields: "id") { id: ID! costCents: Int! plan: Plan! }
      type Plan { name: String! limit: Int! }`,
    resolvers: {
      Project: { costCents: ({ id }: { id: string }) => id.length * 7, plan: () => ({ name: 'Pro', limit: 1000 }) },
    },
  },
];

export interface Scenario {
  readonly name: string;
  readonly queries: readonly string[];
  readonly requests: number;
  readonly warmUpRequests: number;
  readonly concurrency: number;
}

const threeSubgraphs = (name: string, alias: string) =>
  `query ${name} { ${alias}: me { id name projects(first: 5) { id title files { path sizeBytes } costCents plan { name limit } } } }`;

export const scenarios: readonly Scenario[] = [
  { name: 'one field', queries: ['{ me { id name } }'], requests: 8_000, warmUpRequests: 4_000, concurrency: 16 },
  {
    name: 'three subgraphs',
    queries: [threeSubgraphs('Three', 'me')],
    requests: 4_000,
    warmUpRequests: 2_000,
    concurrency: 16,
  },
  {
    name: '100 distinct operations',
    queries: Array.from({ length: 100 }, (_, index) => threeSubgraphs(`Operation${index}`, `viewer${index}`)),
    requests: 4_000,
    warmUpRequests: 2_000,
    concurrency: 16,
  },
  {
    name: '8 MiB answer',
    queries: ['{ rows { id title text size isOpen kind } }'],
    requests: 24,
    warmUpRequests: 8,
    concurrency: 2,
  },
];
