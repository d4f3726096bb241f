import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '..', '..');

export interface Contestant {
  readonly name: string;
  /** How it is started, for the report. */
  readonly settings: string;
  readonly command: (supergraphPath: string, port: number) => readonly string[];
  /** Whether it runs subscriptions. */
  readonly streams: boolean;
}

/** The first is ours as it is shipped: the others are compared with it. */
export const contestants: readonly Contestant[] = [
  {
    name: 'VibeCode gateway',
    settings:
      'what the shipped `router-config.yaml` has on: each token verified against JWKS (EdDSA), rate limit per user (in memory), field authorization, limits of depth, height, aliases, root fields, body and answer, CORS, CSRF, client awareness, Prometheus metrics, identical queries under way shared by one identity',
    command: (path, port) => [
      join(root, 'supergraph/dist/router.js'),
      `--supergraph=${path}`,
      `--config=${join(here, 'router-config.yaml')}`,
      `--listen=127.0.0.1:${port}`,
    ],
    streams: true,
  },
  {
    name: 'VibeCode gateway, bare',
    settings: 'without a configuration, the bearer token passed on unverified, as the peers do',
    command: (path, port) => [
      join(root, 'supergraph/dist/router.js'),
      `--supergraph=${path}`,
      `--listen=127.0.0.1:${port}`,
    ],
    streams: true,
  },
  {
    name: 'Hive Gateway',
    settings:
      '2.15.1, `hive-gateway supergraph --fork 1 --jit`, the bearer token passed on, subscriptions to the subgraph over WebSocket with the token in `connection_init`',
    command: (path, port) => [
      join(here, '..', 'node_modules/@graphql-hive/gateway/dist/bin.js'),
      'supergraph',
      path,
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
    command: (path, port) => [join(here, 'stock.process.ts'), path, String(port)],
    streams: false,
  },
];
