import { join } from 'node:path';
import { BARE_FETCHES, BARE_PROXY, ONE_FIELD, THREE_SUBGRAPHS } from './query.scenarios.ts';

const here = import.meta.dirname;
const root = join(here, '..', '..');

export interface ContestantFiles {
  readonly supergraphPath: string;
  /** Path of the shipped router-config.yaml with the benchmark's addresses. */
  readonly configPath: string;
  /** Of the subgraphs, by name. `users` answers all of the scenario of one field. */
  readonly urls: Readonly<Record<string, string>>;
}

export interface Contestant {
  readonly name: string;
  /** Description of its settings, for the report. */
  readonly settings: string;
  readonly command: (files: ContestantFiles, port: number) => readonly string[];
  /** Whether it supports subscriptions. */
  readonly streams: boolean;
  /** Whether it can answer a scenario of queries. Left out: each. */
  readonly answers?: (scenario: string) => boolean;
}

/** The first is ours as it is shipped: the others are compared with it. */
export const contestants: readonly Contestant[] = [
  {
    name: 'VibeCode gateway',
    settings:
      'the shipped `router-config.yaml`: rate limit per user (in memory), field authorization, limits of depth, height, aliases, root fields, body and answer, CORS, CSRF, cookie sessions, client awareness, Prometheus metrics, a log line for each operation, identical queries under way shared by one identity; and each token verified against JWKS (EdDSA)',
    command: ({ supergraphPath, configPath }, port) => [
      join(root, 'supergraph/dist/router.js'),
      `--supergraph=${supergraphPath}`,
      `--config=${configPath}`,
      `--listen=127.0.0.1:${port}`,
    ],
    streams: true,
  },
  {
    name: 'VibeCode gateway, bare',
    settings:
      'without a configuration, but for the log lines: the bearer token is passed on unverified, as by the peers, and subscriptions have a connection to the subgraph for each identity',
    command: ({ supergraphPath }, port) => [
      join(root, 'supergraph/dist/router.js'),
      `--supergraph=${supergraphPath}`,
      `--listen=127.0.0.1:${port}`,
    ],
    streams: true,
  },
  {
    name: 'Hive Gateway',
    settings:
      '2.15.1, `hive-gateway supergraph --fork 1 --jit`, the bearer token passed on, subscriptions to the subgraph over WebSocket with the token in `connection_init`',
    command: ({ supergraphPath }, port) => [
      join(here, '..', 'node_modules/@graphql-hive/gateway/dist/bin.js'),
      'supergraph',
      supergraphPath,
      '--fork=1',
      '--jit',
      '--host=127.0.0.1',
      `--port=${port}`,
      `--config-path=${join(here, 'hive.config.ts')}`,
    ],
    streams: true,
  },
  {
    name: 'Apollo Gateway',
    settings:
      '@apollo/gateway 2.14.4 behind @apollo/server 5.5.1 on its standalone server, introspection and landing page off, the bearer token passed on; it runs no subscriptions',
    command: ({ supergraphPath }, port) => [join(here, 'stock.process.ts'), supergraphPath, String(port)],
    streams: false,
  },
  {
    name: BARE_PROXY,
    settings:
      'no gateway: `node:http` in and undici out to the one subgraph, bodies passed on as bytes, nothing read, checked or logged; what a gateway in Node cannot be below',
    command: ({ urls: { users = '' } }, port) => [join(here, 'proxy.process.ts'), users, String(port)],
    streams: false,
    answers: (scenario) => scenario === ONE_FIELD,
  },
  {
    name: BARE_FETCHES,
    settings:
      'no gateway: `node:http` in, the three requests of the scenario of three subgraphs by undici, and the merged JSON out; nothing checked, measured or logged',
    command: ({ urls }, port) => [join(here, 'floor.process.ts'), JSON.stringify(urls), String(port), '3'],
    streams: false,
    answers: (scenario) => scenario === THREE_SUBGRAPHS,
  },
  {
    name: 'bare server',
    settings: '`node:http` alone: it reads the request and answers the same bytes at once',
    command: ({ urls }, port) => [join(here, 'floor.process.ts'), JSON.stringify(urls), String(port), '0'],
    streams: false,
    answers: (scenario) => scenario === THREE_SUBGRAPHS,
  },
];
