// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { z } from 'zod';
import { duration } from './config.values.ts';

const URL_MESSAGE = 'expected a redis:// or rediss:// URL, or redis-cluster:// or rediss-cluster:// for a cluster';

/** The connection to Redis, as in Apollo Router's caches. Separate keys take precedence over parts of the URL. */
export const redisConnection = {
  urls: z
    .array(z.url({ protocol: /^rediss?(-cluster)?$/, error: URL_MESSAGE }))
    .min(1, 'expected a redis:// URL')
    .describe('One server; several URLs, or redis-cluster://, are nodes of a cluster.'),
  username: z.string().nullish(),
  password: z.string().nullish().describe('Such as ${env.REDIS_PASSWORD}.'),
  tls: z
    .strictObject({
      certificate_authorities: z.string().nullish().describe('PEM of the authorities to trust: ${file.ca.pem}'),
      client_authentication: z
        .strictObject({ certificate_chain: z.string(), key: z.string() })
        .nullish()
        .describe('Certificate and key that the gateway presents to Redis, as PEM.'),
    })
    .nullish()
    .describe('For rediss:// URLs.'),
};

/** Redis for a cache of whole texts. */
export const redisCache = (namespace: string) =>
  z
    .strictObject({
      ...redisConnection,
      namespace: z.string().default(namespace).describe('Prefix of every key.'),
      timeout: duration().nullish().describe('Timeout of a command. Default 500ms.'),
      ttl: duration().nullish().describe('Lifetime of an unused entry. Default 30 days.'),
      reset_ttl: z.boolean().default(true).describe('Whether a read restarts the lifetime. Default true.'),
    })
    .nullish()
    .describe(
      'Second level behind the cache in memory, shared by all instances. It is skipped while Redis is unreachable.',
    );

export type RedisConnectionConfig = z.output<z.ZodObject<typeof redisConnection>>;
export type RedisCacheConfig = NonNullable<z.output<ReturnType<typeof redisCache>>>;
