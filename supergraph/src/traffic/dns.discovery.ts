import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import { type DnsResolutionStrategy, resolveHost } from '../config/dns.strategy.ts';
import type { InstanceAddress } from './instance.ts';

export interface DnsDiscoveryOptions {
  readonly subgraph: string;
  /** Its routing URL: what is not the host is that of every instance. */
  readonly url: string;
  readonly dns: NonNullable<RouterConfig['discovery']['subgraphs'][string]['dns']>;
  readonly resolution: DnsResolutionStrategy | null;
  readonly log: Logger;
  readonly onChange: (addresses: readonly InstanceAddress[]) => void;
}

const TIMEOUT_MS = 2_000;

/**
 * An instance for each address of a host, or for each target of SRV records, looked up again and again. What was found last
 * holds while a look-up fails.
 */
export async function startDnsDiscovery(options: DnsDiscoveryOptions): Promise<AsyncDisposable> {
  const { subgraph, dns, log, onChange } = options;
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  if (dns.servers) resolver.setServers(dns.servers);
  let announced = '';
  const look = async () => {
    try {
      const addresses = await (dns.srv ? findTargets(resolver, dns.srv, options) : findAddresses(resolver, options));
      const text = JSON.stringify(addresses);
      if (text === announced) return;
      announced = text;
      onChange(addresses);
    } catch (error) {
      log.warn({ action: 'discovery.dns-failed', subgraph, error }, 'Looking up instances failed; the last ones hold.');
    }
  };
  await look();
  const looks = startInterval('discovery.dns', dns.interval, look, log);
  return {
    async [Symbol.asyncDispose]() {
      resolver.cancel();
      await looks[Symbol.asyncDispose]();
    },
  };
}

async function findAddresses(
  resolver: Resolver,
  { url, dns, resolution }: DnsDiscoveryOptions,
): Promise<InstanceAddress[]> {
  const { hostname, host } = new URL(url);
  const strategy = resolution ?? 'ipv4_then_ipv6';
  // The system's own look-up knows its hosts file and search domains; name servers given here know neither.
  const found = dns.servers
    ? await queryAddresses(resolver, hostname, strategy)
    : (await resolveHost(hostname, strategy)).map(({ address }) => address);
  return [...new Set(found)].sort().map((address) => ({ url: replaceHost(url, address), host }));
}

async function queryAddresses(resolver: Resolver, host: string, strategy: DnsResolutionStrategy): Promise<string[]> {
  const query = { 4: () => resolver.resolve4(host), 6: () => resolver.resolve6(host) };
  if (strategy === 'ipv4_only') return query[4]();
  if (strategy === 'ipv6_only') return query[6]();
  if (strategy === 'ipv4_then_ipv6') return query[4]().catch(query[6]);
  if (strategy === 'ipv6_then_ipv4') return query[6]().catch(query[4]);
  const both = await Promise.allSettled([query[4](), query[6]()]);
  const found = both.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  if (found.length === 0 && both[0]?.status === 'rejected') throw both[0].reason;
  return found;
}

/** Those of the best priority; weights are left to the load itself. */
async function findTargets(resolver: Resolver, name: string, { url }: DnsDiscoveryOptions): Promise<InstanceAddress[]> {
  const records = await resolver.resolveSrv(name);
  const best = Math.min(...records.map(({ priority }) => priority));
  return records
    .filter(({ priority }) => priority === best)
    .map((record) => ({ url: replaceHost(url, record.name, record.port) }))
    .sort((a, b) => (a.url < b.url ? -1 : 1));
}

function replaceHost(url: string, host: string, port?: number): string {
  const replaced = new URL(url);
  replaced.hostname = isIPv6(host) ? `[${host}]` : host;
  if (port !== undefined) replaced.port = String(port);
  return replaced.href;
}
