import { LRUCache } from 'lru-cache';
import type { InstanceDirectory } from './instance.directory.ts';
import { InstanceSet } from './instance.set.ts';
import type { Send } from './send.ts';
import { SharedCalls } from './shared.calls.ts';
import { createSend } from './subgraph.send.ts';
import type { SubgraphTraffic } from './subgraph.traffic.ts';

/** The instances of a subgraph, and how requests reach them. */
export interface SubgraphEndpoint {
  readonly instances: InstanceSet;
  readonly traffic: SubgraphTraffic;
  readonly send: Send;
  /** Null when equal requests are not deduplicated. */
  readonly shared: SharedCalls | null;
}

/** URLs set by a coprocessor whose connections are kept. */
const MAX_FOREIGN_URLS = 64;

/** The endpoints of all subgraphs, each made when first used. Disposes of the directory. */
export class SubgraphEndpoints implements AsyncDisposable {
  readonly #bySubgraph = new Map<string, SubgraphEndpoint>();
  readonly #foreign = new LRUCache<string, SubgraphEndpoint>({
    max: MAX_FOREIGN_URLS,
    dispose: ({ instances }) => void instances[Symbol.asyncDispose](),
  });
  readonly #stopListening: () => void;

  constructor(
    private readonly directory: InstanceDirectory,
    private readonly trafficOf: (subgraph: string) => SubgraphTraffic,
  ) {
    this.#stopListening = directory.onChange((subgraph) => {
      this.#bySubgraph.get(subgraph)?.instances.replace(directory.instancesOf(subgraph));
    });
  }

  of(subgraph: string): SubgraphEndpoint {
    let endpoint = this.#bySubgraph.get(subgraph);
    if (!endpoint) {
      const traffic = this.trafficOf(subgraph);
      const instances = new InstanceSet(traffic);
      instances.replace(this.directory.instancesOf(subgraph));
      const shared = traffic.deduplicate ? new SharedCalls() : null;
      endpoint = { instances, traffic, send: createSend(instances, traffic), shared };
      this.#bySubgraph.set(subgraph, endpoint);
    }
    return endpoint;
  }

  /** A coprocessor may send a subgraph's request to a URL that is not one of the subgraph's own. */
  foreign(url: string, traffic: SubgraphTraffic): SubgraphEndpoint {
    let endpoint = this.#foreign.get(url);
    if (!endpoint) {
      const instances = new InstanceSet(traffic);
      instances.replace([{ url }]);
      endpoint = { instances, traffic, send: createSend(instances, traffic), shared: null };
      this.#foreign.set(url, endpoint);
    }
    return endpoint;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopListening();
    await this.directory[Symbol.asyncDispose]();
    this.#foreign.clear();
    await Promise.all([...this.#bySubgraph.values()].map(({ instances }) => instances[Symbol.asyncDispose]()));
  }
}
