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
  /** Left out: only measured. */
  readonly bars?: readonly QueryBar[];
}

/** A figure to reach: CPU of a request, beside a peer's in the same run. */
export interface QueryBar {
  readonly peer: string;
  /** Ours over the peer's, at most. */
  readonly atMost: number;
  readonly aim: number;
}

const threeSubgraphs = (name: string, alias: string) =>
  `query ${name}($id: ID!) { ${alias}: user(id: $id) { id name projects(first: 5) { id title files { path sizeBytes } costCents plan { name limit } } } }`;

/** A Node process that only passes requests on: what no gateway in Node can be below. */
export const BARE_PROXY = 'bare proxy';
/** A Node process that only makes the requests of three subgraphs one after the other, and merges their answers. */
export const BARE_FETCHES = 'bare fetches';
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
    // Compilers in the background count as CPU until they have seen enough.
    warmUpRequests: 20_000,
    concurrency: 16,
    bars: [
      { peer: 'Apollo Gateway', atMost: 1 / 4, aim: 1 / 5 },
      { peer: 'Hive Gateway', atMost: 1 / 4, aim: 1 / 5 },
      { peer: BARE_PROXY, atMost: 2, aim: 1.3 },
    ],
  },
  {
    name: THREE_SUBGRAPHS,
    queries: [threeSubgraphs('Three', 'me')],
    variablesOf: ofOwnUser,
    requests: 1_000,
    warmUpRequests: 10_000,
    concurrency: 16,
    bars: [
      { peer: 'Apollo Gateway', atMost: 1 / 5, aim: 1 / 6 },
      { peer: 'Hive Gateway', atMost: 1 / 6, aim: 1 / 8 },
    ],
  },
  {
    name: '100 distinct operations',
    queries: Array.from({ length: 100 }, (_, index) => threeSubgraphs(`Operation${index}`, `viewer${index}`)),
    variablesOf: ofOwnUser,
    requests: 1_000,
    warmUpRequests: 10_000,
    concurrency: 16,
  },
  {
    name: LARGE_ANSWER,
    queries: ['{ rows { id title text size isOpen kind } }'],
    requests: 6,
    warmUpRequests: 6,
    concurrency: 2,
    bars: [
      { peer: 'Apollo Gateway', atMost: 1 / 6, aim: 1 / 8 },
      { peer: 'Hive Gateway', atMost: 1 / 6, aim: 1 / 8 },
    ],
  },
  {
    name: HEAVY,
    queries: [HEAVY_QUERY],
    variablesOf: (request) => ({ first: 1_000_000 + request }),
    requests: 200,
    warmUpRequests: 600,
    concurrency: 50,
    bars: [
      { peer: 'Apollo Gateway', atMost: 1 / 8, aim: 1 / 10 },
      { peer: 'Hive Gateway', atMost: 1 / 8, aim: 1 / 10 },
    ],
  },
];
