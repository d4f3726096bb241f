import type { ServerOptions as TlsOptions } from 'node:https';
import type { Logger } from '@vibecode/platform/log';
import type { PluginHost } from '../plugin/plugin.host.ts';
import type { GatewayCore, Identity } from '../request/context.ts';
import type { Endpoint } from '../request/endpoint.ts';
import type { GatewayHooks, HttpHandler } from '../request/hooks.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { BodyLimits } from './http.body.ts';

export interface HttpServerOptions {
  /** Asked for each request, so that a reload takes effect on open connections. */
  readonly core: () => GatewayCore;
  readonly log: Logger;
  /** Asked for each request, like `core`. */
  readonly hooks?: () => GatewayHooks;
  /** Asked for each request, like `core`. Left out: nothing is measured. */
  readonly telemetry?: () => Telemetry;
  /** Told of requests that never become operations. */
  readonly plugins?: PluginHost | null;
  /** May have parameters. Default `/graphql`. */
  readonly path?: string;
  /** The graph at another path, if there is one. */
  readonly variantAt?: (path: string) => Endpoint | undefined;
  readonly bodyLimits?: BodyLimits;
  /** Time for a request's line and headers, obeyed to half a second. Default Node's own, 60,000. */
  readonly headersTimeoutMs?: number | undefined;
  /** Size from which an answer is compressed for clients that accept it, asked for each. Default 2,048 bytes. */
  readonly compressFromBytes?: () => number;
  /** Whether the graph is at `/` as well, for POST. */
  readonly servesRoot?: boolean;
  /** Most bytes of a request's line and headers. Default Node's own, 16 KiB. */
  readonly headerLimitBytes?: number | undefined;
  /** Certificate and key, to serve HTTPS. Left out: plain HTTP. */
  readonly tls?: TlsOptions;
  /** What else is served, by exact path. */
  readonly routes?: ReadonlyMap<string, HttpHandler>;
  /** Whether a `Host` header is answered at a path. Left out: each is. */
  readonly allowsHost?: (host: string | undefined, path: string) => boolean;
  /** Answers whatever is not served otherwise. Left out: 404. */
  readonly site?: HttpHandler | undefined;
  /** Told of each request's verified identity. */
  readonly onIdentity?: (identity: Identity) => void;
  /** Time between signs of life on a stream. Default 5,000. */
  readonly heartbeatMs?: number;
}
