import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import type { ServiceRegistry } from '@vibecode/platform/registry/registry';
import type { CachingClient } from '../cache/configured.cache.ts';
import type { RouterConfig } from '../config/config.schema.ts';
import type { ExchangeApiKey } from '../edge/api-key.exchange.ts';
import type { ServedTools } from '../mcp/served.tools.ts';
import type { StartSubscription } from '../pipeline/core.runner.ts';
import type { PlannedEndpoint } from '../pipeline/core.ts';
import type { PluginHost } from '../plugin/plugin.host.ts';
import type { AllowsHost } from '../request/allowed.hosts.ts';
import type { SubgraphTransport } from '../request/context.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import { type SubscriptionSettings } from '../subscription/subscription.settings.ts';
import type { GatewayMetrics } from '../telemetry/gateway.metrics.ts';

export interface VersionOptions {
  /** The composed supergraph. */
  readonly sdl: string;
  /** Null: the edge guards nothing. */
  readonly config: RouterConfig | null;
  readonly path: string;
  readonly overrideSubgraphUrls?: Readonly<Record<string, string>>;
  readonly hooks?: GatewayHooks;
  readonly log: Logger;
  readonly introspection?: boolean;
  readonly allowedHosts?: readonly string[];
  /** Name or address that clients connect to; null for a Unix socket. */
  readonly listensOn: string | null;
  readonly subgraphTimeoutMs?: number;
  readonly verifier?: TokenVerifier;
  readonly exchangeApiKey?: ExchangeApiKey;
  readonly redis?: { readonly url: string; readonly prefix: string };
  readonly registry?: ServiceRegistry;
  /** Reaches the subgraphs of whichever version is in force, so that streams outlive the version they began with. */
  readonly transport: SubgraphTransport;
  /** Runs the subscriptions of the endpoint at a path. Left out: subscriptions are refused. */
  readonly subscribeAt?: (path: string) => StartSubscription;
  /** The version in force: its operations are planned anew before this one goes live. */
  readonly previous?: GatewayVersion | null;
  /** Null: nothing is measured. */
  readonly metrics: GatewayMetrics | null;
  readonly pluginHost: PluginHost | null;
  /** Folder that paths in the configuration are relative to. Default: the working directory. */
  readonly configFolder?: string | undefined;
  /** Called when changed files have changed the tools of MCP. */
  readonly onToolsChanged?: () => void;
}

/** All of a gateway that a new configuration or a new supergraph replaces. */
export interface GatewayVersion extends PlannedEndpoint, AsyncDisposable {
  /** Parts of the graph, by their paths. */
  readonly variants: ReadonlyMap<string, PlannedEndpoint>;
  readonly client: CachingClient;
  readonly allowsHost: AllowsHost;
  /** Size from which answers are compressed for clients that accept it. */
  readonly compressFromBytes: number;
  readonly urls: ReadonlyMap<string, string>;
  readonly subscriptions: SubscriptionSettings;
  /** Null where the configuration does not serve MCP. */
  readonly tools: ServedTools | null;
}
