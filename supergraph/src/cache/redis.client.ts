import type { Logger } from '@vibecode/platform/log';
import { Outage } from '@vibecode/platform/outage';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisConnectionConfig } from '../config/redis.section.ts';

export interface RedisClientOptions {
  readonly config: RedisConnectionConfig;
  /** Timeout of one command. While Redis is unreachable, a command fails at once. */
  readonly timeoutMs: number;
  /** The cache that uses Redis, for log lines: 'the response cache'. */
  readonly purpose: string;
  readonly log?: Logger | undefined;
}

export interface RedisClient extends Disposable {
  readonly commands: Redis | Cluster;
  /** Resolves when Redis answers, or when the first attempt to connect has failed. */
  readonly ready: Promise<void>;
}

/** Connects to Redis, with retries. Logs one line when Redis becomes unreachable, and one when it answers again. */
export function createRedisClient({ config, timeoutMs, purpose, log }: RedisClientOptions): RedisClient {
  const commands = connect(config, timeoutMs);
  const settled = Promise.withResolvers<void>();
  const outage = new Outage({
    log,
    begins: { action: 'redis.away', message: `Redis is unreachable; ${purpose} continues without it.` },
    ends: { action: 'redis.back', message: `Redis answers again; ${purpose} uses it.` },
    fields: { purpose },
  });
  commands.on('error', (error: Error) => {
    settled.resolve();
    outage.fail(error);
  });
  commands.on('ready', () => {
    settled.resolve();
    outage.succeed();
  });
  return {
    commands,
    ready: settled.promise,
    [Symbol.dispose]() {
      settled.resolve();
      commands.disconnect();
    },
  };
}

function connect({ urls, username, password, tls }: RedisConnectionConfig, timeoutMs: number): Redis | Cluster {
  const servers = urls.map((url) => new URL(url));
  const first = servers[0] as URL;
  const isEncrypted = first.protocol.startsWith('rediss');
  const authority = tls?.client_authentication;
  const settings: RedisOptions = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: timeoutMs,
    ...toCredentials(first, username, password),
    ...(isEncrypted && {
      tls: {
        ...(tls?.certificate_authorities && { ca: tls.certificate_authorities }),
        ...(authority && { cert: authority.certificate_chain, key: authority.key }),
      },
    }),
  };
  if (servers.length === 1 && !first.protocol.includes('cluster')) return new Redis(first.href, settings);
  const nodes = servers.map(({ hostname, port }) => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || 6379,
  }));
  return new Cluster(nodes, { enableOfflineQueue: false, redisOptions: settings });
}

/** Separate credentials take precedence over the URL's. */
function toCredentials(url: URL, username: string | null | undefined, password: string | null | undefined) {
  const named = username ?? (decodeURIComponent(url.username) || undefined);
  const secret = password ?? (decodeURIComponent(url.password) || undefined);
  return { ...(named && { username: named }), ...(secret && { password: secret }) };
}
