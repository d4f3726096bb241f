import type { Server } from 'node:http';
import type { Logger } from '@vibecode/platform/log';
import type { GatewayCore, Identity, RequestContext } from '../request/context.ts';
import type { Endpoint } from '../request/endpoint.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface WebSocketOptions {
  readonly server: Server;
  /** Asked for each operation, so that a reload takes effect on open connections. */
  readonly core: () => GatewayCore;
  readonly hooks?: () => GatewayHooks;
  /** Asked for each operation. Left out: nothing is measured. */
  readonly telemetry?: () => Telemetry;
  readonly log: Logger;
  /** Default `/graphql`. */
  readonly path?: string;
  /** The graph at another path, if there is one. */
  readonly variantAt?: (path: string) => Endpoint | undefined;
  /** Whether a `Host` header is answered at a path. Left out: each is. */
  readonly allowsHost?: (host: string | undefined, path: string) => boolean;
  /** Told of each operation's verified identity. */
  readonly onIdentity?: (identity: Identity) => void;
  /** Time between looks whether a client still lives. Default 12,000. */
  readonly heartbeatMs?: number;
  /** Time for `connection_init`. Default 3,000. */
  readonly initTimeoutMs?: number;
  /** Largest message of a client. Default 2,000,000 bytes, as for HTTP. */
  readonly messageLimitBytes?: number;
  /** Most values and keys of a message's JSON. Default 50,000. */
  readonly maxJsonValues?: number | undefined;
  /** Operations of one connection at once. Default 1,000. */
  readonly maxOperations?: number;
  /** Left out: no bound. */
  readonly connections?: SocketLimits;
}

/** How many connections may be open at once. */
export interface SocketLimits {
  readonly maxPerAddress: number;
  /** Of one verified subject, on whatever addresses. */
  readonly maxPerUser: number;
  /** The client's address, as a proxy in front may name it. */
  addressOf(headers: RequestContext['headers'], remoteAddress: string | undefined): string;
}
