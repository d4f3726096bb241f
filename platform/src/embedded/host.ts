import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createMemoryBroadcast } from '../broadcast/memory.broadcast.ts';
import { createRedisBroadcast } from '../broadcast/redis.broadcast.ts';
import { createMemoryCache } from '../cache/memory.cache.ts';
import { createRedisCache } from '../cache/redis.cache.ts';
import { openMongoDocuments } from '../documents/mongo.documents.ts';
import { openPgliteDocuments } from '../documents/pglite.documents.ts';
import { UnavailableError } from '../errors.ts';
import type { EventBus } from '../events/bus.ts';
import { createKafkaBus } from '../events/kafka.bus.ts';
import { createLocalBus } from '../events/local.bus.ts';
import { createTokenVerifier, remoteKeys, type TokenVerifier } from '../identity.ts';
import type { Infrastructure } from '../infrastructure.ts';
import type { Logger } from '../log.ts';
import { openRedis } from '../redis/redis.connection.ts';
import { createServiceClient } from '../service-call.ts';
import { type ServiceDirectory, type ServiceName, serviceNames, toDatabaseSchema } from '../services.ts';
import { databaseSetting } from '../settings.ts';
import { createMemoryStreamLog } from '../stream-log/memory.stream-log.ts';
import { createRedisStreamLog } from '../stream-log/redis.stream-log.ts';
import { startEmbeddedPostgres } from './pglite.ts';

export interface EmbeddedHostOptions {
  /** Validated settings. A server that they name is used instead of the embedded driver. */
  readonly env: NodeJS.ProcessEnv;
  /** Without it, all data is in memory and lost at the end. */
  readonly dataDir?: string;
  readonly log: (service: string) => Logger;
}

/** The parts that all services of one process share. */
export interface EmbeddedHost extends AsyncDisposable {
  infrastructure(service: ServiceName): Promise<Infrastructure>;
  /** Registers a started service's URL for the other services. */
  register(service: ServiceName, url: string): void;
  /** Call when every service has subscribed to its events. Replays wait for it. */
  opened(): void;
  /** Call instead if a service could not start. Events waiting to be replayed stay for the next start. */
  abandon(): void;
  /** For the gateway: verifies tokens. `services` and `serviceSecret` are for its calls to services. */
  readonly verifier: TokenVerifier;
  readonly services: ServiceDirectory;
  readonly serviceSecret: string;
  /** Names of the embedded parts, for the output of the start. */
  readonly embedded: readonly string[];
}

/** PGlite serves all clients by one session, so that further connections would only queue. */
const EMBEDDED_POOL_SIZE = 4;

export async function startEmbeddedHost({ env, dataDir, log }: EmbeddedHostOptions): Promise<EmbeddedHost> {
  await using started = new AsyncDisposableStack();
  const hostLog = log('host');
  const urls = new Map<ServiceName, string>();
  const embedded: string[] = [];
  const opened = Promise.withResolvers<void>();
  // Waiters get the rejection too. Without a bus in this process there are none, and Node would end the process.
  opened.promise.catch(() => undefined);
  const serviceSecret = randomBytes(32).toString('base64url');
  if (dataDir) await mkdir(dataDir, { recursive: true, mode: 0o700 });

  const backed = serviceNames.every((service) => env[service === 'project' ? 'MONGODB_URL' : databaseSetting(service)]);
  const postgres = backed
    ? null
    : started.use(
        await startEmbeddedPostgres({ log: hostLog, ...(dataDir ? { dataDir: join(dataDir, 'postgres') } : {}) }),
      );
  const postgresUrl = postgres?.url ?? '';
  if (postgres) embedded.push('PostgreSQL with pgvector (PGlite)');

  const { cache, broadcast, streamLog } = env.REDIS_URL
    ? await openRedisState(env.REDIS_URL, env.REDIS_PREFIX || undefined, hostLog, started)
    : createMemoryState(hostLog, started);
  if (!env.REDIS_URL) embedded.push('cache and streams (in memory)');

  const local: EventBus | null = env.KAFKA_BROKERS
    ? null
    : started.use(
        createLocalBus({
          log: hostLog,
          ready: opened.promise,
          ...(dataDir ? { deadLetterDirectory: join(dataDir, 'dead-letters') } : {}),
        }),
      );
  if (local) embedded.push('event bus (in process)');
  if (!env.MONGODB_URL) embedded.push('documents (PGlite)');

  const services = {
    url(service: ServiceName): string {
      const url = urls.get(service);
      if (url) return url;
      throw new UnavailableError('SERVICE_UNAVAILABLE', `The ${service} service has not started yet. Try again later.`);
    },
  };
  const verifier = started.use(await createTokenVerifier({ keys: remoteKeys(services), cache, broadcast }));

  const resources = started.move();
  return {
    embedded,
    verifier,
    services,
    serviceSecret,
    register: (service, url) => void urls.set(service, url),
    opened: () => opened.resolve(),
    abandon: () => opened.reject(new Error('Not every service has started.')),
    async infrastructure(service) {
      const databaseUrl = env[databaseSetting(service)];
      const serviceLog = log(service);
      const bus = local ?? resources.use(connectKafka(env, service, serviceLog));
      return {
        service,
        embedded: true,
        databaseUrl: databaseUrl || postgresUrl,
        databasePoolSize: databaseUrl ? 10 : EMBEDDED_POOL_SIZE,
        documents: () =>
          env.MONGODB_URL
            ? openMongoDocuments({ url: env.MONGODB_URL, database: env.MONGODB_DATABASE || 'vibecode' })
            : openPgliteDocuments({ url: postgresUrl, schema: toDatabaseSchema(service) }),
        bus,
        streamLog,
        cache,
        broadcast,
        services,
        calls: createServiceClient({ service, services, secret: serviceSecret }),
        verifier,
        log: serviceLog,
        host: '127.0.0.1',
        port: 0,
        serviceSecret,
        dataDir: join(dataDir ?? '.data', service),
        env,
      };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

type SharedState = Pick<Infrastructure, 'cache' | 'broadcast' | 'streamLog'>;

async function openRedisState(
  url: string,
  prefix: string | undefined,
  log: Logger,
  owner: AsyncDisposableStack,
): Promise<SharedState> {
  const connection = owner.use(await openRedis({ url, prefix, log }));
  const cache = owner.use(createRedisCache(connection));
  const broadcast = owner.use(createRedisBroadcast(connection));
  return { cache, broadcast, streamLog: owner.use(createRedisStreamLog({ connection, broadcast })) };
}

function createMemoryState(log: Logger, owner: AsyncDisposableStack): SharedState {
  const cache = owner.use(createMemoryCache());
  const broadcast = owner.use(createMemoryBroadcast({ log }));
  return { cache, broadcast, streamLog: owner.use(createMemoryStreamLog()) };
}

function connectKafka(env: NodeJS.ProcessEnv, service: ServiceName, log: Logger) {
  const brokers = (env.KAFKA_BROKERS ?? '').split(',');
  return createKafkaBus({ brokers, prefix: env.KAFKA_PREFIX ?? '', service, log });
}
