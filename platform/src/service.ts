import { join } from 'node:path';
import type { z } from 'zod';
import { createRedisBroadcast } from './broadcast/redis.broadcast.ts';
import { createRedisCache } from './cache/redis.cache.ts';
import { openMongoDocuments } from './documents/mongo.documents.ts';
import { parseEnv, SettingsError } from './env.ts';
import { isDiskFull } from './errors.ts';
import { createKafkaBus } from './events/kafka.bus.ts';
import { AddressUnusableError } from './http/listen.ts';
import { createTokenVerifier, remoteKeys } from './identity.ts';
import type { Infrastructure } from './infrastructure.ts';
import { surviveLostOutput } from './log.sinks.ts';
import { createLog } from './log.ts';
import { openRedis } from './redis/redis.connection.ts';
import { createRedisRegistry } from './registry/redis.registry.ts';
import type { ServiceRegistry } from './registry/registry.ts';
import { createServiceClient } from './service-call.ts';
import type { ServiceName } from './services.ts';
import { databaseSetting, serviceSettings, urlSetting } from './settings.ts';
import { createRedisStreamLog } from './stream-log/redis.stream-log.ts';
import type { RunningSubgraph } from './subgraph.ts';
import { startTelemetry } from './telemetry.ts';

/**
 * Runs a service as a process of its own until SIGTERM or SIGINT, then stops its parts in the reverse order of their start.
 * Settings must name everything that it needs. A missing or invalid setting ends the process with exit code 1.
 *
 * @param settings the service's own settings, so that all problems are reported together
 */
export async function runService(
  service: ServiceName,
  start: (infrastructure: Infrastructure) => Promise<RunningSubgraph>,
  settings: z.ZodRawShape = {},
): Promise<void> {
  surviveLostOutput();
  try {
    await using running = new AsyncDisposableStack();
    const opened = await openInfrastructure(service, settings, process.env, running);
    const { infrastructure, registry, advertisedUrl } = opened;
    running.use(await start(infrastructure));
    // Before the instance is announced, because a stop signal may follow at once.
    const stopSignal = untilStopSignal();
    // Registered last, so that it is disposed first: no new requests arrive while running ones finish.
    if (advertisedUrl !== undefined) running.use(await registry.register(service, advertisedUrl));
    await stopSignal;
  } catch (error) {
    process.stderr.write(`${toStartFailure(error, service)}\n`);
    process.exitCode = 1;
  }
  // Timers of drivers that were interrupted while connecting must not keep a stopped process alive.
  setTimeout(() => process.exit(), 5_000).unref();
}

async function openInfrastructure(
  service: ServiceName,
  own: z.ZodRawShape,
  env: NodeJS.ProcessEnv,
  running: AsyncDisposableStack,
): Promise<{ infrastructure: Infrastructure; registry: ServiceRegistry; advertisedUrl: string | undefined }> {
  const settings = parseEnv(`The ${service} service`, { ...own, ...serviceSettings(service) }, env);
  // Settings whose names are derived from service names. They were validated above.
  const named = settings as unknown as Readonly<Record<string, string | undefined>>;
  running.use(
    startTelemetry({ service, zipkinUrl: settings.ZIPKIN_URL, otlpUrl: settings.OTEL_EXPORTER_OTLP_ENDPOINT }),
  );
  const log = createLog({ service, level: settings.LOG_LEVEL });
  const connection = running.use(await openRedis({ url: settings.REDIS_URL, prefix: settings.REDIS_PREFIX, log }));
  const cache = running.use(createRedisCache(connection));
  const broadcast = running.use(createRedisBroadcast(connection));
  const streamLog = running.use(createRedisStreamLog({ connection, broadcast }));
  const bus = running.use(
    createKafkaBus({ brokers: settings.KAFKA_BROKERS, prefix: settings.KAFKA_PREFIX, service, log }),
  );
  const services = {
    // A service's own URL is the address that it listens on.
    url: (name: ServiceName) =>
      name === service ? `http://127.0.0.1:${settings.PORT}` : (named[urlSetting(name)] ?? ''),
  };
  const verifier = running.use(await createTokenVerifier({ keys: remoteKeys(services), cache, broadcast }));
  const secret = settings.SERVICE_SECRET;
  const infrastructure: Infrastructure = {
    service,
    embedded: false,
    databaseUrl: named[databaseSetting(service)] ?? '',
    databasePoolSize: 10,
    documents: () => openMongoDocuments({ url: named.MONGODB_URL ?? '', database: settings.MONGODB_DATABASE }),
    bus,
    streamLog,
    cache,
    broadcast,
    services,
    calls: createServiceClient({ service, services, secret }),
    verifier,
    log,
    host: settings.HOST,
    port: settings.PORT,
    serviceSecret: secret,
    dataDir: join(settings.DATA_DIR, service),
    env,
  };
  const registry = createRedisRegistry({ connection, broadcast });
  return { infrastructure, registry, advertisedUrl: settings.ADVERTISED_URL?.replace(/\/$/, '') };
}

/** Resolves at the first SIGTERM or SIGINT. A second signal ends the process at once. */
export function untilStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        resolve(signal);
      });
    }
  });
}

const UNREACHABLE = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
];

type SystemError = NodeJS.ErrnoException & { address?: string; port?: number; hostname?: string; broker?: string };

/**
 * The text to print when a process cannot start: one line with the fault, its place and the remedy. It has a stack only if the
 * cause is unknown.
 */
export function toStartFailure(error: unknown, owner: string): string {
  if (error instanceof SettingsError) return error.message;
  if (error instanceof AddressUnusableError) return `${owner} cannot start: ${error.message}`;
  const { code, address, port, path, syscall } = error as SystemError;
  if (code === 'EADDRINUSE') {
    return `${owner} cannot start: ${address}:${port} is in use. Stop the process that listens there, or choose another port with PORT.`;
  }
  if (isDiskFull(error)) {
    const place = findPath(error);
    return `${owner} cannot start: the disk is full${place ? `, '${place}' cannot be written` : ''}. Free some space on it, or choose a directory on another disk with DATA_DIR.`;
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return `${owner} cannot start: no permission to ${syscall} '${path ?? `${address}:${port}`}'.`;
  }
  const unreachable = findUnreachable(error);
  if (unreachable) return `${owner} cannot start: ${unreachable}. Check the URLs in its settings.`;
  return `${owner} cannot start: ${error instanceof Error ? error.stack : String(error)}`;
}

function findPath(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { path } = cause as SystemError;
    if (path !== undefined) return path;
  }
}

/** Finds the unreachable server in an error. Drivers wrap system errors in different ways. */
function findUnreachable(error: unknown): string | null {
  const met = new Set<unknown>();
  const places: string[] = [];
  for (let cause = error; cause instanceof Error && !met.has(cause); cause = cause.cause) {
    met.add(cause);
    const { code, address, port, hostname, broker } = cause as SystemError;
    if (!code || !UNREACHABLE.includes(code)) continue;
    places.push(broker ?? (address ? `${address}:${port}` : (hostname ?? '')));
  }
  if (places.length === 0) return null;
  const place = places.find(Boolean);
  return place ? `no server answers at ${place}` : 'a required server does not answer';
}
