import type { RouterConfig } from '../config/config.schema.ts';
import type { UpstreamProtocol } from './upstream.dialect.ts';

type SubscriptionConfig = RouterConfig['subscription'];

export interface StreamLimits {
  /** Events that wait for a slow client, or for their completion. Default 1,024. */
  readonly maxEvents: number;
  /** Characters of those events. Default 1 MiB. */
  readonly maxBytes: number;
  /** Events that one run completes. Default 64. */
  readonly maxBatch: number;
  /** Attempts in a row to resume a stream that broke off. Default 20, which is about a minute. */
  readonly maxAttempts: number;
  /** Time before the first attempt, doubled for each further one up to 5 s. Default 50. */
  readonly retryMs: number;
  /** Attempts in a row to reach any instance before the subgraph received the operation. Default 3. */
  readonly maxFirstAttempts: number;
  /** Attempts in a row to begin anew a stream that cannot be resumed, at the price of events. Default 0. */
  readonly maxReconnects: number;
  /** Time before each of those. Default 1,000. */
  readonly reconnectMs: number;
  /** How long a client whose queue is full may take nothing. Default 60,000. */
  readonly slowClientMs: number;
}

/** Over WebSocket. */
export interface PassthroughMode {
  readonly kind: 'passthrough';
  /** Null: as for queries. */
  readonly path: string | null;
  readonly protocol: UpstreamProtocol;
  /** Time between pings of the GraphQL protocol. Null: none. */
  readonly pingMs: number | null;
  /** Whether the subgraph verifies the token of each operation, so that identities may share a connection. */
  readonly tokenPerOperation: boolean;
}

/** The subgraph calls back over HTTP. */
export interface CallbackMode {
  readonly kind: 'callback';
  /** Where subgraphs reach this instance, the path included; an id is appended. */
  readonly publicUrl: string;
  /** Null: subgraphs send no heartbeats. */
  readonly heartbeatMs: number | null;
}

type SubscriptionMode = PassthroughMode | CallbackMode;

/** Which subscriptions share an operation at the subgraph. */
export interface Deduplication {
  readonly enabled: boolean;
  /** Names in lower case. */
  readonly ignoredHeaders: ReadonlySet<string>;
  /** Whether operations of different identities may share one. */
  readonly ignoresIdentity: boolean;
}

/** What a configuration says of subscriptions; a reload makes another. */
export interface SubscriptionSettings {
  modeOf(subgraph: string): SubscriptionMode;
  deduplicationOf(subgraph: string): Deduplication;
  readonly maxOpened: number | null;
  readonly maxPerClient: number | null;
  readonly maxLifetimeMs: number | null;
  /** What it says of single streams. */
  readonly streamLimits: Partial<StreamLimits>;
}

const DEFAULT_CALLBACK_HEARTBEAT_MS = 5_000;

const DEFAULT_MODE: PassthroughMode = {
  kind: 'passthrough',
  path: null,
  protocol: 'graphql_ws',
  pingMs: null,
  tokenPerOperation: false,
};

/** @param config null where there is no configuration */
export function toSubscriptionSettings(config: SubscriptionConfig | null): SubscriptionSettings {
  const modes = new Map<string, SubscriptionMode>();
  const deduplications = new Map<string, Deduplication>();
  return {
    modeOf: (subgraph) => remember(modes, subgraph, () => toMode(config, subgraph)),
    deduplicationOf: (subgraph) => remember(deduplications, subgraph, () => toDeduplication(config, subgraph)),
    maxOpened: config?.max_opened_subscriptions ?? null,
    maxPerClient: config?.max_per_client ?? null,
    maxLifetimeMs: config?.max_lifetime ?? null,
    streamLimits: config ? toStreamLimits(config) : {},
  };
}

function toStreamLimits(config: SubscriptionConfig): Partial<StreamLimits> {
  const {
    queue_capacity: maxEvents,
    max_reconnect_attempts: maxReconnects,
    reconnect_delay: reconnectMs,
    slow_client_timeout: slowClientMs,
  } = config;
  return {
    ...(typeof maxEvents === 'number' && { maxEvents }),
    ...(typeof maxReconnects === 'number' && { maxReconnects }),
    ...(typeof reconnectMs === 'number' && { reconnectMs }),
    ...(typeof slowClientMs === 'number' && { slowClientMs }),
  };
}

/** What names the subgraph wins over what is for all, and passthrough over callback, as in Apollo Router. */
function toMode(config: SubscriptionConfig | null, subgraph: string): SubscriptionMode {
  const { passthrough, callback } = config?.mode ?? {};
  const socket = passthrough?.subgraphs[subgraph] ?? passthrough?.all;
  if (socket) {
    return {
      kind: 'passthrough',
      path: socket.path ?? null,
      protocol: socket.protocol,
      pingMs: socket.heartbeat_interval ?? null,
      tokenPerOperation: socket.token_per_operation,
    };
  }
  if (callback && (callback.subgraphs.length === 0 || callback.subgraphs.includes(subgraph))) {
    const { public_url: publicUrl, heartbeat_interval: heartbeatMs = DEFAULT_CALLBACK_HEARTBEAT_MS } = callback;
    return { kind: 'callback', publicUrl, heartbeatMs };
  }
  return DEFAULT_MODE;
}

function toDeduplication(config: SubscriptionConfig | null, subgraph: string): Deduplication {
  const { all, subgraphs } = config?.deduplication ?? {};
  const chosen = subgraphs?.[subgraph] ?? all;
  return {
    enabled: chosen?.enabled ?? true,
    ignoredHeaders: new Set(chosen?.ignored_headers),
    ignoresIdentity: chosen?.ignore_auth_context ?? false,
  };
}

function remember<T>(known: Map<string, T>, name: string, make: () => T): T {
  let value = known.get(name);
  if (value === undefined) {
    value = make();
    known.set(name, value);
  }
  return value;
}
