import { z } from 'zod';
import * as access from './access.section.ts';
import { responseCache } from './cache.section.ts';
import { coprocessor } from './coprocessor.section.ts';
import { discovery } from './discovery.section.ts';
import { mcp } from './mcp.section.ts';
import * as operation from './operation.section.ts';
import * as server from './server.section.ts';
import { telemetry } from './telemetry.section.ts';
import * as traffic from './traffic.section.ts';
import { variants } from './variant.section.ts';

/**
 * `router-config.yaml`: keys, meanings and defaults of Apollo Router's configuration
 * (https://www.apollographql.com/docs/graphos/routing/configuration/yaml), and some keys of our own, which their descriptions
 * mark with "Ours". After parsing, durations are milliseconds, sizes are bytes, and header names are lower case.
 */
export const routerConfigSchema = z.strictObject({
  supergraph: server.supergraph.prefault({}),
  health_check: server.healthCheck.prefault({}),
  batching: server.batching.prefault({}),
  sandbox: server.sandbox.prefault({}),
  homepage: server.homepage.prefault({}),
  server: server.server.prefault({}),
  tls: server.tls.prefault({}),
  limits: server.limits.prefault({}),
  cors: access.cors.prefault({}),
  csrf: access.csrf.prefault({}),
  authentication: access.authentication.prefault({}),
  authorization: access.authorization.prefault({}),
  apq: access.apq.prefault({}),
  persisted_queries: access.persistedQueries.prefault({}),
  demand_control: access.demandControl.prefault({}),
  headers: traffic.headers.prefault({}),
  traffic_shaping: traffic.trafficShaping.prefault({}),
  circuit_breaker: traffic.circuitBreaker.prefault({}),
  discovery: discovery.prefault({}),
  subscription: traffic.subscription.prefault({}),
  include_subgraph_errors: traffic.includeSubgraphErrors.prefault({}),
  override_subgraph_url: traffic.overrideSubgraphUrl,
  coprocessor: coprocessor.optional(),
  forbid_mutations: z.boolean().default(false).describe('Refuse all mutations. Default false.'),
  response_cache: responseCache.prefault({}),
  telemetry: telemetry.prefault({}),
  apollo_server_plugins: z
    .array(z.string())
    .default([])
    .describe('Ours: files whose default export is an Apollo Server plugin, or a list of plugins.'),
  rate_limit: operation.rateLimit.optional(),
  routes: operation.routes,
  mcp: mcp.optional(),
  variants,
});

/** A configuration with every default filled in. */
export type RouterConfig = z.output<typeof routerConfigSchema>;

/** The JSON Schema for editors (`# yaml-language-server: $schema=…`). Durations and sizes have the form of the file. */
export function toConfigJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(routerConfigSchema, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' }),
    title: 'router-config.yaml',
  };
}
