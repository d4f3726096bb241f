import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayOptions } from '../src/gateway.ts';
import type { Identity } from '../src/types.ts';
import { startTestGraph, type TestGraph, type TestSubgraph } from './test.graph.ts';

export interface EdgeGraph extends TestGraph {
  readonly configFile: string;
}

/** A gateway that reads this configuration, over these subgraphs. */
export async function startEdgeGraph(
  config: string,
  subgraphs: readonly TestSubgraph[],
  options: Partial<GatewayOptions> = {},
): Promise<EdgeGraph> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-'));
  const configFile = join(folder, 'router-config.yaml');
  await writeFile(configFile, config);
  const graph = await startTestGraph(subgraphs, { config: configFile, ...options });
  return {
    ...graph,
    configFile,
    async [Symbol.asyncDispose]() {
      await graph[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
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
