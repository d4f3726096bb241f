import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayOptions } from '../../src/gateway/gateway.ts';
import type { Identity } from '../../src/request/context.ts';
import { startTestGraph, type TestGraph, type TestSubgraph } from '../support/test.graph.ts';

export interface EdgeGraph extends TestGraph {
  readonly configFile: string;
}

/** A gateway that reads this configuration, over these subgraphs. */
export async function startEdgeGraph(
  config: string,
  subgraphs: readonly TestSubgraph[],
  options: Partial<GatewayOptions> = {},
): Promise<EdgeGraph> {
  await using starting = new AsyncDisposableStack();
  const folder = starting.adopt(await mkdtemp(join(tmpdir(), 'edge-')), (path) => rm(path, { recursive: true }));
  const configFile = join(folder, 'router-config.yaml');
  await writeFile(configFile, config);
  const graph = starting.use(await startTestGraph(subgraphs, { config: configFile, ...options }));
  const owned = starting.move();
  return { ...graph, configFile, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Takes whoever a header names at their word. */
export const believeHeaders: GatewayOptions['hooks'] = {
  identify({ 'x-test-user': subject, 'x-test-scopes': scopes = '', 'x-test-policies': policies = '' }) {
    return subject ? toIdentity(subject, scopes, policies) : null;
  },
};

function toIdentity(subject: string, scopes: string, policies: string): Identity {
  const token = [subject, scopes, policies].join('.');
  return { key: token, subject, token, scopes: scopes.split(' ').filter(Boolean), claims: { policies } };
}
