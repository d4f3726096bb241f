import { join } from 'node:path';
import { setting } from '@vibecode/platform/env';
import { serviceNames } from '@vibecode/platform/services';
import { processSettings, sharedSettings, urlSetting } from '@vibecode/platform/settings';
import { z } from 'zod';

/** Settings of the gateway as a process of its own. The services are separate processes too. */
export const gatewaySettings = {
  ...processSettings,
  REDIS_URL: sharedSettings.REDIS_URL,
  REDIS_PREFIX: z.string().default('vibecode:').describe('prefix of every Redis key and channel'),
  ...Object.fromEntries(
    serviceNames.map((name) => [
      urlSetting(name),
      setting.url(['http', 'https']).describe(`base URL of the ${name} service`),
    ]),
  ),
  SERVICE_SECRET: setting.secret(16).describe('credential that all services and the gateway share'),
  SUPERGRAPH_FILE: z
    .string()
    .default(join('schema', 'supergraph.graphql'))
    .describe('file of the composed supergraph; a relative path starts at the checkout'),
  ROUTER_CONFIG_FILE: z
    .string()
    .default('router-config.yaml')
    .describe('configuration file of the gateway; a relative path starts at the checkout'),
  WEB_DIRECTORY: z
    .string()
    .default(join('web', 'dist'))
    .describe(
      'build of the web app, served at /; a relative path is below the checkout; without a build in it, / is empty',
    ),
  APOLLO_KEY: z.string().optional().describe('key of the graph in GraphOS for usage reports'),
  APOLLO_GRAPH_REF: z.string().optional().describe('reference of that graph: name@variant'),
  GATEWAY_WORKERS: setting.integer(1, 256).default(1).describe('number of worker processes that share the port'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 in a container'),
  PORT: setting.integer(0, 65_535).default(8080).describe('port to listen on; 0 selects a free one'),
};
