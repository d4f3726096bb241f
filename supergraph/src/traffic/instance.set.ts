import type { OperationType } from '../request/message.ts';
import { Instance, type InstanceAddress } from './instance.ts';
import type { PoolSettings } from './subgraph.pool.ts';

/** The instances of one subgraph, of which each request goes to the one with the fewest under way. */
export class InstanceSet implements AsyncDisposable {
  #instances: readonly Instance[] = [];
  /** Where the next search begins, so that equals take turns. */
  #turn = 0;
  readonly #leaving = new Set<Promise<void>>();

  constructor(private readonly settings: PoolSettings) {}

  /** Takes over a new list; what is under way at instances that are gone may finish. */
  replace(addresses: readonly InstanceAddress[]): void {
    const known = new Map(this.#instances.map((instance) => [keyOf(instance.address), instance]));
    const wanted = new Map(addresses.map((address) => [keyOf(address), address]));
    this.#instances = [...wanted].map(([key, address]) => known.get(key) ?? new Instance(address, this.settings));
    for (const [key, instance] of known) if (!wanted.has(key)) this.#retire(instance);
  }

  /** Null when there is none. */
  choose(kind: OperationType): Instance | null {
    const instances = this.#instances;
    if (instances.length === 1) return instances[0]!;
    // Only what can be asked again elsewhere may try an instance that has failed.
    if (kind === 'query') {
      for (const instance of instances) if (!instance.isHealthy && instance.takeProbe()) return instance;
    }
    return this.#leastLoaded((instance) => instance.isHealthy) ?? this.#leastLoaded(() => true);
  }

  addresses(): readonly InstanceAddress[] {
    return this.#instances.map(({ address }) => address);
  }

  /** Addresses of the instances that requests go to now. */
  healthy(): readonly InstanceAddress[] {
    const healthy = this.#instances.filter((instance) => instance.isHealthy);
    return (healthy.length > 0 ? healthy : this.#instances).map(({ address }) => address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#instances.map((instance) => instance[Symbol.asyncDispose]()), ...this.#leaving]);
  }

  #leastLoaded(accepts: (instance: Instance) => boolean): Instance | null {
    const instances = this.#instances;
    let best: Instance | null = null;
    this.#turn = (this.#turn + 1) % Math.max(1, instances.length);
    for (let step = 0; step < instances.length; step += 1) {
      const instance = instances[(this.#turn + step) % instances.length]!;
      if (accepts(instance) && (best === null || instance.pending < best.pending)) best = instance;
    }
    return best;
  }

  #retire(instance: Instance): void {
    const left = instance[Symbol.asyncDispose]().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }
}

function keyOf({ url, host = '' }: InstanceAddress): string {
  return `${host} ${url}`;
}
