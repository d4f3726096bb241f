import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createRedisBroadcast } from '@vibecode/platform/broadcast/redis.broadcast';
import { createRedisCache } from '@vibecode/platform/cache/redis.cache';
import { parseEnv } from '@vibecode/platform/env';
import { createTokenVerifier, remoteKeys } from '@vibecode/platform/identity';
import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createRedisRegistry } from '@vibecode/platform/registry/redis.registry';
import { toStartFailure, untilStopSignal } from '@vibecode/platform/service';
import { type ServiceName, serviceNames } from '@vibecode/platform/services';
import { urlSetting } from '@vibecode/platform/settings';
import { createSystemKeyExchange } from './edge/system.keys.ts';
import { gatewaySettings } from './gateway/gateway.settings.ts';
import { startGateway } from './gateway/gateway.ts';
import { createDeploymentRoute, createSite } from './gateway/site.ts';
import { startWorkers } from './gateway/workers.ts';

const root = join(import.meta.dirname, '..', '..');

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
      ...serveWebApp(resolve(root, settings.WEB_DIRECTORY)),
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

/** The web app, where it has been built. Nothing is embedded in this process, and it has no demo account. */
function serveWebApp(directory: string) {
  if (!existsSync(join(directory, 'index.html'))) return {};
  const deployment = createDeploymentRoute(() => ({ demo: false, embedded: [], graphiql: false }));
  return { site: createSite(directory), routes: new Map([['/deployment.json', deployment]]) };
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
