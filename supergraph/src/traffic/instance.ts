import type { Pool } from 'undici';
import { createPool, type PoolSettings } from './subgraph.pool.ts';

/** Where one instance of a subgraph answers. */
export interface InstanceAddress {
  readonly url: string;
  /** Name to ask for where the URL has an address in its place: for `host` and TLS. */
  readonly host?: string;
}

/** How long an instance that failed is the last choice, before one request tries it again. */
const SHUN_MS = 5_000;

/** One instance of a subgraph: connections, load, and what became of the requests to it. */
export class Instance implements AsyncDisposable {
  readonly pool: Pool;
  readonly path: string;
  /** Requests under way. */
  pending = 0;
  /** Null while it is healthy. */
  #shunnedUntilMs: number | null = null;

  constructor(
    readonly address: InstanceAddress,
    settings: PoolSettings,
  ) {
    const url = new URL(address.url);
    this.pool = createPool(url, settings);
    this.path = url.protocol === 'unix:' ? (url.searchParams.get('path') ?? '/') : url.pathname + url.search;
  }

  get isHealthy(): boolean {
    return this.#shunnedUntilMs === null;
  }

  /** Whether it may be tried again; true for one caller only in a while. */
  takeProbe(): boolean {
    const now = performance.now();
    if (this.#shunnedUntilMs === null || now < this.#shunnedUntilMs) return false;
    this.#shunnedUntilMs = now + SHUN_MS;
    return true;
  }

  succeeded(): void {
    this.#shunnedUntilMs = null;
  }

  failed(): void {
    this.#shunnedUntilMs = performance.now() + SHUN_MS;
  }

  /** Lets what is under way finish. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
  }
}
