import { HEAVY_QUERY } from './shop.graph.ts';

export interface QueryScenario {
  readonly name: string;
  readonly queries: readonly string[];
  /** Variables that differ between requests but give answers of equal length. @param request index over all rounds */
  readonly variablesOf?: (request: number) => Readonly<Record<string, unknown>>;
  /** Number of requests to each gateway in each round. */
  readonly requests: number;
  readonly warmUpRequests: number;
  readonly concurrency: number;
}

const threeSubgraphs = (name: string, alias: string) =>
  `query ${name}($id: ID!) { ${alias}: user(id: $id) { id name projects(first: 5) { id title files { path sizeBytes } costCents plan { name limit } } } }`;

export const ONE_FIELD = 'one field';
export const THREE_SUBGRAPHS = 'three subgraphs';
export const LARGE_ANSWER = '8 MiB answer';
export const HEAVY = 'heavy nested query';

const ofOwnUser = (request: number) => ({ id: String(10_000_000 + request) });

export const queryScenarios: readonly QueryScenario[] = [
  {
    name: ONE_FIELD,
    queries: ['query One($id: ID!) { user(id: $id) { id name } }'],
    variablesOf: ofOwnUser,
    requests: 2_000,
    warmUpRequests: 6_000,
    concurrency: 16,
  },
  {
    name: THREE_SUBGRAPHS,
    queries: [threeSubgraphs('Three', 'me')],
    variablesOf: ofOwnUser,
    requests: 1_000,
    warmUpRequests: 4_000,
    concurrency: 16,
  },
  {
    name: '100 distinct operations',
    queries: Array.from({ length: 100 }, (_, index) => threeSubgraphs(`Operation${index}`, `viewer${index}`)),
    variablesOf: ofOwnUser,
    requests: 1_000,
    warmUpRequests: 4_000,
    concurrency: 16,
  },
  {
    name: LARGE_ANSWER,
    queries: ['{ rows { id title text size isOpen kind } }'],
    requests: 6,
    warmUpRequests: 6,
    concurrency: 2,
  },
  {
    name: HEAVY,
    queries: [HEAVY_QUERY],
    variablesOf: (request) => ({ first: 1_000_000 + request }),
    requests: 200,
    warmUpRequests: 600,
    concurrency: 50,
  },
];
