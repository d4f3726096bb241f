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
 * Runs a service as a process of its own until SIGTERM or SIGINT, then stops it in the reverse order of its start.
 * Everything it needs must be named by settings; one that is missing or wrong ends the process with exit code 1.
 *
 * @param settings those of the service alone, so that all problems are told at once
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
    // Before anybody hears of it: whoever does may already tell it to stop.
    const told = untilTold();
    // Last, so that it is the first to go: nobody is sent here any more while what runs finishes.
    if (advertisedUrl !== undefined) running.use(await registry.register(service, advertisedUrl));
    await told;
  } catch (error) {
    process.stderr.write(`${toStartFailure(error, service)}\n`);
    process.exitCode = 1;
  }
  // Keep-alive timers of drivers that were cut off in mid-connect must not hold a process that has stopped.
  setTimeout(() => process.exit(), 5_000).unref();
}

async function openInfrastructure(
  service: ServiceName,
  own: z.ZodRawShape,
  env: NodeJS.ProcessEnv,
  running: AsyncDisposableStack,
): Promise<{ infrastructure: Infrastructure; registry: ServiceRegistry; advertisedUrl: string | undefined }> {
  const settings = parseEnv(`The ${service} service`, { ...own, ...serviceSettings(service) }, env);
  // Settings whose names are made from service names; what is required of them was checked above.
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
    // A service that asks for itself is reached where it listens.
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

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
export function untilTold(): Promise<NodeJS.Signals> {
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
 * What to print when a process cannot start: in one line what was wrong, where, and what to do; with a stack only where the
 * cause is unknown.
 */
export function toStartFailure(error: unknown, owner: string): string {
  if (error instanceof SettingsError) return error.message;
  if (error instanceof AddressUnusableError) return `${owner} cannot start: ${error.message}`;
  const { code, address, port, path, syscall } = error as SystemError;
  if (code === 'EADDRINUSE') {
    return `${owner} cannot start: ${address}:${port} is taken. Stop what listens there, or choose another port with PORT.`;
  }
  if (isDiskFull(error)) {
    const place = findPath(error);
    return `${owner} cannot start: the disk is full${place ? `, '${place}' cannot be written` : ''}. Make room on it, or choose a directory on another disk with DATA_DIR.`;
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

/** Drivers wrap what the system said in errors of their own, each in its way. */
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
  return place ? `nothing answers at ${place}` : 'a server that it needs does not answer';
}
