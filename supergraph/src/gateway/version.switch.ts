import type { LoadedConfig } from '../config/config.watch.ts';
import type { SubgraphClient } from '../traffic/subgraph.client.ts';
import type { GatewayVersion } from './version.ts';

/** What a version is made of. */
export interface VersionInputs {
  readonly sdl: string;
  /** Null: the edge guards nothing. */
  readonly config: LoadedConfig | null;
}

export interface VersionsOptions {
  readonly inputs: VersionInputs;
  /** Makes a version that is ready to serve. A rejection refuses it. */
  readonly create: (inputs: VersionInputs, previous: GatewayVersion | null) => Promise<GatewayVersion>;
  /** The moment a version goes live. */
  readonly onLive: (version: GatewayVersion, inputs: VersionInputs) => void;
  /** How long a version that was replaced may go on with the requests it has. Default 60,000. */
  readonly graceMs?: number | undefined;
}

/** Replaced versions that are kept at once: many reloads in a row must not pile up. */
const MAX_RETIRED = 4;

/** The version in force, and its succession. Disposing it disposes of the version in force. */
export interface Versions extends AsyncDisposable {
  readonly current: GatewayVersion;
  /** Who serves a subgraph: the version in force, else one before it whose requests still run. */
  clientOf(subgraph: string): SubgraphClient;
  /** One at a time, in the order asked. @throws what refused the new version; the old one is in force then */
  replace(changed: Partial<VersionInputs>): Promise<void>;
}

/** @throws what refused the first version */
export async function startVersions({ inputs, create, onLive, graceMs = 60_000 }: VersionsOptions): Promise<Versions> {
  let inForce = inputs;
  let current = await create(inputs, null);
  onLive(current, inputs);
  let turn: Promise<void> = Promise.resolve();
  const retired = new Map<GatewayVersion, NodeJS.Timeout>();

  async function dispose(version: GatewayVersion): Promise<void> {
    clearTimeout(retired.get(version));
    retired.delete(version);
    await version[Symbol.asyncDispose]();
  }

  function retire(version: GatewayVersion): void {
    retired.set(
      version,
      setTimeout(() => void dispose(version), graceMs),
    );
    const [oldest] = retired.keys();
    if (oldest && retired.size > MAX_RETIRED) void dispose(oldest);
  }

  async function succeed(changed: Partial<VersionInputs>): Promise<void> {
    const next = { ...inForce, ...changed };
    const created = await create(next, current);
    const old = current;
    current = created;
    inForce = next;
    try {
      onLive(created, next);
    } finally {
      retire(old);
    }
  }

  return {
    get current() {
      return current;
    },
    clientOf(subgraph) {
      if (current.urls.has(subgraph)) return current.client;
      return [...retired.keys()].findLast(({ urls }) => urls.has(subgraph))?.client ?? current.client;
    },
    replace(changed) {
      turn = turn.catch(() => undefined).then(() => succeed(changed));
      return turn;
    },
    async [Symbol.asyncDispose]() {
      await turn.catch(() => undefined);
      await Promise.all([...retired.keys(), current].map(dispose));
    },
  };
}
