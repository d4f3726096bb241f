import { isIP } from 'node:net';
import { z } from 'zod';
import { duration, urlPath } from './config.values.ts';

const redis = z.strictObject({
  urls: z.array(z.url({ protocol: /^rediss?$/ })).length(1, 'expected exactly one redis:// URL'),
  namespace: z.string().default('vibecode:').describe('Begins every key, as REDIS_PREFIX of the services does.'),
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
    .describe('Time between looks. Default 30s.'),
  servers: z
    .array(z.string().refine(isNameServer, 'expected ADDRESS or ADDRESS:PORT, such as 127.0.0.1:8600 or [::1]:53'))
    .min(1)
    .nullish()
    .describe('Name servers to ask, as ADDRESS or ADDRESS:PORT. Default: those of the system.'),
});

const registered = z.strictObject({
  service: z.string().nullish().describe('Name that instances register under. Default: that of the subgraph.'),
  path: urlPath().nullish().describe('Path at each instance. Default: that of the routing URL.'),
});

const source = z
  .strictObject({
    urls: z
      .array(z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }))
      .min(1)
      .optional()
      .describe('The instances themselves.'),
    dns: z
      .union([z.literal(true).transform(() => dns.parse({})), dns], {
        error: 'expected true or { srv, interval, servers }',
      })
      .optional()
      .describe('An instance for each address of the host, or for each target of SRV records.'),
    registry: z
      .union([z.boolean().transform((value) => value && registered.parse({})), registered], {
        error: 'expected true, false or { service, path }',
      })
      .optional()
      .describe('The instances that have registered in Redis; false: only the routing URL.'),
  })
  .refine((value) => [value.urls, value.dns, value.registry].filter((given) => given !== undefined).length === 1, {
    error: 'expected one of urls, dns or registry',
  });

/** Ours: where the instances of subgraphs are. A subgraph that is not named here has one, at its routing URL. */
export const discovery = z.strictObject({
  redis: redis.optional().describe('Redis that instances register in. Default: that of the system.'),
  subgraphs: z.record(z.string(), source).default({}),
});
