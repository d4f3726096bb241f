import { isIP } from 'node:net';
import { z } from 'zod';
import { duration, urlPath } from './config.values.ts';

const redis = z.strictObject({
  urls: z.array(z.url({ protocol: /^rediss?$/ })).length(1, 'expected exactly one redis:// URL'),
  namespace: z.string().default('vibecode:').describe("Prefix of every key; must equal the services' REDIS_PREFIX."),
});

function isNameServer(text: string): boolean {
  const [, address = text] = /^\[(.+)\](?::\d+)?$/.exec(text) ?? /^([^:]+):\d+$/.exec(text) ?? [];
  return isIP(address) !== 0;
}

const dns = z.strictObject({
  srv: z
    .string()
    .nullish()
    .describe('Name of SRV records: _graphql._tcp.products.internal. Default: addresses of the host in the URL.'),
  interval: duration()
    .default(30_000)
    .refine((ms) => ms >= 100, 'expected 100ms or more')
    .describe('Interval of lookups. Default 30s.'),
  servers: z
    .array(z.string().refine(isNameServer, 'expected ADDRESS or ADDRESS:PORT, such as 127.0.0.1:8600 or [::1]:53'))
    .min(1)
    .nullish()
    .describe("Name servers as ADDRESS or ADDRESS:PORT. Default: the system's."),
});

const registered = z.strictObject({
  service: z.string().nullish().describe("Name under which instances register. Default: the subgraph's name."),
  path: urlPath().nullish().describe('Path at each instance. Default: the path of the routing URL.'),
});

const source = z
  .strictObject({
    urls: z
      .array(z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }))
      .min(1)
      .optional()
      .describe('URLs of the instances.'),
    dns: z
      .union([z.literal(true).transform(() => dns.parse({})), dns], {
        error: 'expected true or { srv, interval, servers }',
      })
      .optional()
      .describe('One instance for each address of the host, or for each target of SRV records.'),
    registry: z
      .union([z.boolean().transform((value) => value && registered.parse({})), registered], {
        error: 'expected true, false or { service, path }',
      })
      .optional()
      .describe('Instances that have registered in Redis; false: only the routing URL.'),
  })
  .refine((value) => [value.urls, value.dns, value.registry].filter((given) => given !== undefined).length === 1, {
    error: 'expected one of urls, dns or registry',
  });

/** Ours: the instances of subgraphs. A subgraph that is not named here has one instance, at its routing URL. */
export const discovery = z.strictObject({
  redis: redis.optional().describe("Redis in which instances register. Default: the system's."),
  subgraphs: z.record(z.string(), source).default({}),
});
