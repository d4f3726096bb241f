import type { ServerOptions as TlsOptions } from 'node:https';
import type { Logger } from '@vibecode/platform/log';
import type { PluginHost } from '../plugin/plugin.host.ts';
import type { GatewayCore, Identity } from '../request/context.ts';
import type { Endpoint } from '../request/endpoint.ts';
import type { GatewayHooks, HttpHandler } from '../request/hooks.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { BodyLimits } from './http.body.ts';

/** What an HTTP server serves, and its limits. */
export interface HttpServerOptions {
  /** Read for each request, so that a reload takes effect on open connections. */
  readonly core: () => GatewayCore;
  readonly log: Logger;
  /** Read for each request, like `core`. */
  readonly hooks?: () => GatewayHooks;
  /** Read for each request, like `core`. Left out: nothing is measured. */
  readonly telemetry?: () => Telemetry;
  /** Notified of requests that cannot be read, and of clients that cannot be identified. */
  readonly plugins?: PluginHost | null;
  /** May have parameters. Default `/graphql`. */
  readonly path?: string;
  /** The variant of the graph at a path; undefined where there is none. */
  readonly variantAt?: (path: string) => Endpoint | undefined;
  /** The handler of a path that comes and goes with the configuration; undefined where there is none. */
  readonly handlerAt?: (path: string) => HttpHandler | undefined;
  readonly bodyLimits?: BodyLimits;
  /** Time for a request's line and headers, checked every 500 ms. Default Node's own, 60,000. */
  readonly headersTimeoutMs?: number | undefined;
  /** Size from which an answer is compressed for clients that accept it, read for each answer. Default 2,048 bytes. */
  readonly compressFromBytes?: () => number;
  /** Whether POST requests to `/` go to the graph as well. Default false. */
  readonly servesRoot?: boolean;
  /** Most bytes of a request's line and headers. Default Node's own, 16 KiB. */
  readonly headerLimitBytes?: number | undefined;
  /** Certificate and key, to serve HTTPS. Left out: plain HTTP. */
  readonly tls?: TlsOptions;
  /** Further handlers, by exact path. */
  readonly routes?: ReadonlyMap<string, HttpHandler>;
  /** Whether a request with this `Host` header is answered at this path. Left out: all are. */
  readonly allowsHost?: (host: string | undefined, path: string) => boolean;
  /** Answers requests to all other paths. Left out: 404. */
  readonly site?: HttpHandler | undefined;
  /** Called with the verified identity of each request that has one. */
  readonly onIdentity?: (identity: Identity) => void;
  /** Time between heartbeats on a stream. Default 5,000. */
  readonly heartbeatMs?: number;
}
