// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { z } from 'zod';
import { duration } from './config.values.ts';

const URL_MESSAGE =
  'expected a redis:// or rediss:// URL, or those of a cluster: redis-cluster:// or rediss-cluster://';

/** How a Redis is reached, as Apollo Router writes it for each of its caches. What is given beside the URL wins over it. */
export const redisConnection = {
  urls: z
    .array(z.url({ protocol: /^rediss?(-cluster)?$/, error: URL_MESSAGE }))
    .min(1, 'expected a redis:// URL')
    .describe('One server; several, or redis-cluster://, are nodes of a cluster.'),
  username: z.string().nullish(),
  password: z.string().nullish().describe('Such as ${env.REDIS_PASSWORD}.'),
  tls: z
    .strictObject({
      certificate_authorities: z.string().nullish().describe('PEM of the authorities to trust: ${file.ca.pem}'),
      client_authentication: z
        .strictObject({ certificate_chain: z.string(), key: z.string() })
        .nullish()
        .describe('Certificate and key shown to Redis, as PEM.'),
    })
    .nullish()
    .describe('Of a rediss:// URL.'),
};

/** A Redis that a cache of whole texts is kept in. */
export const redisCache = (namespace: string) =>
  z
    .strictObject({
      ...redisConnection,
      namespace: z.string().default(namespace).describe('Begins every key.'),
      timeout: duration().nullish().describe('Longest wait for Redis. Default 500ms.'),
      ttl: duration().nullish().describe('How long an entry that nobody asks for is kept. Default 30 days.'),
      reset_ttl: z.boolean().default(true).describe('Whether a read begins that time anew. Default true.'),
    })
    .nullish()
    .describe('Shared by all instances, behind the cache in memory. Out of reach: the gateway goes on without.');

export type RedisConnectionConfig = z.output<z.ZodObject<typeof redisConnection>>;
export type RedisCacheConfig = NonNullable<z.output<ReturnType<typeof redisCache>>>;
