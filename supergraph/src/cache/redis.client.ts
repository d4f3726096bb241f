import type { Logger } from '@vibecode/platform/log';
import { Outage } from '@vibecode/platform/outage';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisConnectionConfig } from '../config/redis.section.ts';

export interface RedisClientOptions {
  readonly config: RedisConnectionConfig;
  /** For one command. A command while Redis is away fails at once. */
  readonly timeoutMs: number;
  /** What is kept there, for the line that says that Redis is away: 'the response cache'. */
  readonly purpose: string;
  readonly log?: Logger | undefined;
}

export interface RedisClient extends Disposable {
  readonly commands: Redis | Cluster;
  /** Settles when Redis answers, or when it was found that it does not for now. */
  readonly ready: Promise<void>;
}

/** Connects, and goes on trying. One line says that Redis is away, and one that it is back, however often it is tried. */
export function createRedisClient({ config, timeoutMs, purpose, log }: RedisClientOptions): RedisClient {
  const commands = connect(config, timeoutMs);
  const settled = Promise.withResolvers<void>();
  const outage = new Outage({
    log,
    begins: { action: 'redis.away', message: `Redis is out of reach; ${purpose} goes on without it.` },
    ends: { action: 'redis.back', message: `Redis answers again, for ${purpose}.` },
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

/** What is given beside the URL wins over what stands in it. */
function toCredentials(url: URL, username: string | null | undefined, password: string | null | undefined) {
  const named = username ?? (decodeURIComponent(url.username) || undefined);
  const secret = password ?? (decodeURIComponent(url.password) || undefined);
  return { ...(named && { username: named }), ...(secret && { password: secret }) };
}
