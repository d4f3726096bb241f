import cluster from 'node:cluster';
import { join, resolve } from 'node:path';
import { createRedisBroadcast } from '@vibecode/platform/broadcast/redis.broadcast';
import { createRedisCache } from '@vibecode/platform/cache/redis.cache';
import { parseEnv, setting } from '@vibecode/platform/env';
import { createTokenVerifier, remoteKeys } from '@vibecode/platform/identity';
import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createRedisRegistry } from '@vibecode/platform/registry/redis.registry';
import { toStartFailure, untilStopSignal } from '@vibecode/platform/service';
import { type ServiceName, serviceNames } from '@vibecode/platform/services';
import { processSettings, sharedSettings, urlSetting } from '@vibecode/platform/settings';
import { z } from 'zod';
import { createSystemKeyExchange } from './edge/system.keys.ts';
import { startGateway } from './gateway/gateway.ts';
import { startWorkers } from './gateway/workers.ts';

const root = join(import.meta.dirname, '..', '..');

/** Settings of the gateway as a process of its own. The services are separate processes too. */
const gatewaySettings = {
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
  APOLLO_KEY: z.string().optional().describe('key of the graph in GraphOS for usage reports'),
  APOLLO_GRAPH_REF: z.string().optional().describe('reference of that graph: name@variant'),
  GATEWAY_WORKERS: setting.integer(1, 256).default(1).describe('number of worker processes that share the port'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 in a container'),
  PORT: setting.integer(0, 65_535).default(8080).describe('port to listen on; 0 selects a free one'),
};

async function run(): Promise<void> {
  const settings = parseEnv('The gateway', gatewaySettings);
  if (settings.GATEWAY_WORKERS > 1 && cluster.isPrimary) {
    const log = createLog({ service: 'gateway', level: settings.LOG_LEVEL });
    const stopSignal = untilStopSignal();
    await using _workers = await startWorkers({ count: settings.GATEWAY_WORKERS, log });
    await stopSignal;
    return;
  }
  const named = settings as unknown as Readonly<Record<string, string>>;
  const urlOf = (name: ServiceName) => named[urlSetting(name)] as string;
  const log = createLog({ service: 'gateway', level: settings.LOG_LEVEL });
  await using running = new AsyncDisposableStack();
  const connection = running.use(await openRedis({ url: settings.REDIS_URL, prefix: settings.REDIS_PREFIX, log }));
  const cache = running.use(createRedisCache(connection));
  const broadcast = running.use(createRedisBroadcast(connection));
  const keys = remoteKeys({ url: urlOf });
  const verifier = running.use(await createTokenVerifier({ keys, cache, broadcast }));
  // Before the start is reported, because a stop signal may follow at once.
  const stopSignal = untilStopSignal();
  running.use(
    await startGateway({
      supergraph: { path: resolve(root, settings.SUPERGRAPH_FILE) },
      config: resolve(root, settings.ROUTER_CONFIG_FILE),
      host: settings.HOST,
      port: settings.PORT,
      overrideSubgraphUrls: Object.fromEntries(serviceNames.map((name) => [name, `${urlOf(name)}/graphql`])),
      verifier,
      exchangeApiKey: createSystemKeyExchange({ services: { url: urlOf }, secret: settings.SERVICE_SECRET }),
      ...(settings.APOLLO_KEY &&
        settings.APOLLO_GRAPH_REF && { apollo: { key: settings.APOLLO_KEY, graphRef: settings.APOLLO_GRAPH_REF } }),
      tracing: { zipkinUrl: settings.ZIPKIN_URL, otlpUrl: settings.OTEL_EXPORTER_OTLP_ENDPOINT },
      redis: { url: settings.REDIS_URL, prefix: settings.REDIS_PREFIX },
      registry: createRedisRegistry({ connection, broadcast }),
      log,
    }),
  );
  await stopSignal;
}

if (import.meta.main) {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${toStartFailure(error, 'The gateway')}\n`);
    process.exitCode = 1;
  }
  // The channel to the first process keeps a worker alive, and the first process waits for the worker to end.
  cluster.worker?.disconnect();
}
