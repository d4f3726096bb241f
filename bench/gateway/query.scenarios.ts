export interface QueryScenario {
  readonly name: string;
  readonly queries: readonly string[];
  /** Of each gateway in each round. */
  readonly requests: number;
  readonly warmUpRequests: number;
  readonly concurrency: number;
}

const threeSubgraphs = (name: string, alias: string) =>
  `query ${name} { ${alias}: me { id name projects(first: 5) { id title files { path sizeBytes } costCents plan { name limit } } } }`;

export const ONE_FIELD = 'one field';
export const THREE_SUBGRAPHS = 'three subgraphs';

export const queryScenarios: readonly QueryScenario[] = [
  { name: ONE_FIELD, queries: ['{ me { id name } }'], requests: 2_000, warmUpRequests: 6_000, concurrency: 16 },
  {
    name: THREE_SUBGRAPHS,
    queries: [threeSubgraphs('Three', 'me')],
    requests: 1_000,
    warmUpRequests: 4_000,
    concurrency: 16,
  },
  {
    name: '100 distinct operations',
    queries: Array.from({ length: 100 }, (_, index) => threeSubgraphs(`Operation${index}`, `viewer${index}`)),
    requests: 1_000,
    warmUpRequests: 4_000,
    concurrency: 16,
  },
  {
    name: '8 MiB answer',
    queries: ['{ rows { id title text size isOpen kind } }'],
    requests: 6,
    warmUpRequests: 6,
    concurrency: 2,
  },
];
