import { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { ServiceRegistry } from '@vibecode/platform/registry/registry';
import type { RouterConfig } from '../config/config.schema.ts';
import { startDnsDiscovery } from './dns.discovery.ts';
import type { InstanceDirectory } from './instance.directory.ts';
import type { InstanceAddress } from './instance.ts';
import { openRegistry } from './registry.connection.ts';
import { toSubgraphTraffic } from './subgraph.traffic.ts';

export interface DiscoveryOptions {
  readonly config: RouterConfig | null;
  /** Subgraph name to routing URL. */
  readonly urls: ReadonlyMap<string, string>;
  /** Where the instances of this system register: for every subgraph that the configuration says nothing of. */
  readonly registry?: ServiceRegistry;
  readonly log: Logger;
}

type Source = RouterConfig['discovery']['subgraphs'][string];

/**
 * The instances of all subgraphs, kept up to date. As long as nothing has been found, a subgraph has one instance: its
 * routing URL.
 * @throws AppError `GATEWAY_NO_REGISTRY`, or the system's error for a registry that is out of reach
 */
export async function startDiscovery(options: DiscoveryOptions): Promise<InstanceDirectory> {
  const { config, urls, log } = options;
  await using starting = new AsyncDisposableStack();
  const found = new Map<string, readonly InstanceAddress[]>();
  const listeners = new Set<(subgraph: string) => void>();
  const tell = (subgraph: string) => (addresses: readonly InstanceAddress[]) => {
    found.set(subgraph, addresses);
    log.info({ action: 'discovery.changed', subgraph, instances: addresses.map(({ url }) => url) });
    for (const listener of listeners) listener(subgraph);
  };

  const configured = config?.discovery.redis;
  const registry = configured
    ? starting.use(await openRegistry(configured.urls[0]!, configured.namespace, log))
    : (options.registry ?? null);
  const start = async (subgraph: string, url: string): Promise<void> => {
    const source: Source | undefined = config?.discovery.subgraphs[subgraph];
    if (source?.urls) tell(subgraph)(source.urls.map((each) => ({ url: each })));
    else if (source?.dns) {
      const resolution = config && toSubgraphTraffic(config, subgraph).dnsResolution;
      starting.use(
        await startDnsDiscovery({ subgraph, url, dns: source.dns, resolution, log, onChange: tell(subgraph) }),
      );
    } else if (source?.registry || (source === undefined && options.registry)) {
      if (!registry) throw new NoRegistryError(subgraph);
      const { service, path } = source?.registry || {};
      const at = path ?? new URL(url).pathname;
      const onChange = (bases: readonly string[]) =>
        tell(subgraph)(bases.filter((base) => URL.canParse(base)).map((base) => ({ url: new URL(at, base).href })));
      starting.use(await registry.watch(service ?? subgraph, onChange));
    }
  };
  const usable = [...urls].filter(([, url]) => URL.canParse(url));
  // All of them, before one that failed takes down what the others have started.
  const started = await Promise.allSettled(usable.map(([subgraph, url]) => start(subgraph, url)));
  for (const result of started) if (result.status === 'rejected') throw result.reason;
  const owned = starting.move();
  return {
    instancesOf(subgraph) {
      const instances = found.get(subgraph);
      if (instances?.length) return instances;
      const url = urls.get(subgraph);
      return url !== undefined && URL.canParse(url) ? [{ url }] : [];
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

class NoRegistryError extends AppError {
  constructor(subgraph: string) {
    super(
      'GATEWAY_NO_REGISTRY',
      `discovery.subgraphs.${subgraph}.registry needs a registry: expected discovery.redis.urls with a redis:// URL.`,
    );
  }
}
