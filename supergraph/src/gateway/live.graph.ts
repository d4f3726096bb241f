import type { LoadedConfig } from '../config/config.watch.ts';
import type { PlannedEndpoint } from '../pipeline/core.ts';
import type { SubgraphClient } from '../traffic/subgraph.client.ts';
import type { GatewayVersion } from './version.ts';

/** What a version is made of. */
export interface VersionInputs {
  readonly sdl: string;
  /** Null: the edge guards nothing. */
  readonly config: LoadedConfig | null;
}

/** How versions are made and taken over. */
export interface VersionLifecycle {
  /** Makes a version that is ready to serve. A rejection refuses it. */
  readonly create: (inputs: VersionInputs, previous: GatewayVersion | null) => Promise<GatewayVersion>;
  /** The moment a version goes live. */
  readonly onLive: (version: GatewayVersion) => void;
}

export interface LiveGraphOptions {
  /** Path of the whole graph; other paths are variants. */
  readonly path: string;
  /** How long a version that was replaced may go on with the requests it has. Default 60,000. */
  readonly graceMs?: number | undefined;
}

/** Replaced versions that are kept at once: many reloads in a row must not pile up. */
const MAX_RETIRED = 4;

/**
 * The version in force, and its succession. What outlives a version (streams, servers, the transport to subgraphs) holds the
 * live graph and asks it each time. Disposing it disposes of every version.
 */
export class LiveGraph implements AsyncDisposable {
  readonly #started = Promise.withResolvers<void>();
  readonly #retired = new Map<GatewayVersion, NodeJS.Timeout>();
  #current: GatewayVersion | null = null;
  #inputs: VersionInputs | null = null;
  #lifecycle: VersionLifecycle | null = null;
  /** Replacements run one after the other, and none before the first version is live. */
  #turn: Promise<void> = this.#started.promise;

  constructor(private readonly options: LiveGraphOptions) {}

  /** @throws Error before `start` has resolved */
  get current(): GatewayVersion {
    if (!this.#current) throw new Error('No version of the graph is live yet.');
    return this.#current;
  }

  /** First part of the supergraph's hash, for log lines. */
  get shortHash(): string {
    return this.current.core.supergraph.hash.slice(0, 12);
  }

  /** The graph at a path: the whole, or a variant; undefined once a reload has taken that away. */
  endpointAt(path: string): PlannedEndpoint | undefined {
    return path === this.options.path ? this.current : this.current.variants.get(path);
  }

  variantAt(path: string): PlannedEndpoint | undefined {
    return this.current.variants.get(path);
  }

  /** Reaches a subgraph: by the version in force, else by one before it whose requests still run. */
  clientOf(subgraph: string): SubgraphClient {
    const { current } = this;
    if (current.urls.has(subgraph)) return current.client;
    return [...this.#retired.keys()].findLast(({ urls }) => urls.has(subgraph))?.client ?? current.client;
  }

  /** @throws what refused the first version */
  async start(inputs: VersionInputs, lifecycle: VersionLifecycle): Promise<void> {
    this.#lifecycle = lifecycle;
    this.#inputs = inputs;
    this.#current = await lifecycle.create(inputs, null);
    lifecycle.onLive(this.#current);
    this.#started.resolve();
  }

  /** @throws what refused the new version; the old one is in force then */
  replace(changed: Partial<VersionInputs>): Promise<void> {
    const turn = this.#turn.then(() => this.#succeed(changed));
    // The caller hears of a version that is refused; the next one does not wait for it.
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#current) return;
    await this.#turn;
    await Promise.all([...this.#retired.keys(), this.#current].map((version) => this.#dispose(version)));
  }

  async #succeed(changed: Partial<VersionInputs>): Promise<void> {
    const { create, onLive } = this.#lifecycle as VersionLifecycle;
    const inputs = { ...(this.#inputs as VersionInputs), ...changed };
    const replaced = this.current;
    const created = await create(inputs, replaced);
    this.#current = created;
    this.#inputs = inputs;
    try {
      onLive(created);
    } finally {
      this.#retire(replaced);
    }
  }

  #retire(version: GatewayVersion): void {
    const { graceMs = 60_000 } = this.options;
    this.#retired.set(
      version,
      setTimeout(() => void this.#dispose(version), graceMs),
    );
    const [oldest] = this.#retired.keys();
    if (oldest && this.#retired.size > MAX_RETIRED) void this.#dispose(oldest);
  }

  async #dispose(version: GatewayVersion): Promise<void> {
    clearTimeout(this.#retired.get(version));
    this.#retired.delete(version);
    await version[Symbol.asyncDispose]();
  }
}
