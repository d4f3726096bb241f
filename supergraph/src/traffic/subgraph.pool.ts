import { type buildConnector, H2CClient, Pool } from 'undici';
import { createLookup, type DnsResolutionStrategy } from '../config/dns.strategy.ts';
import type { ClientTls } from './client.tls.ts';

type Http2Mode = 'disable' | 'enable' | 'http2only';

export interface PoolSettings {
  /** Connections at most; requests beyond wait for a free one. */
  readonly maxConnections: number;
  /** How long a connection without requests is kept. */
  readonly idleTimeoutMs: number;
  readonly http2: Http2Mode;
  readonly tls: ClientTls | null;
  /** Null: whichever address of the host answers first. */
  readonly dnsResolution: DnsResolutionStrategy | null;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** Connections to one instance of a subgraph. */
export function createPool(url: URL, settings: PoolSettings): Pool {
  const { maxConnections, idleTimeoutMs, http2, tls, dnsResolution } = settings;
  const isUnixSocket = url.protocol === 'unix:';
  const connect: Partial<buildConnector.BuildOptions> = {
    ...tls,
    ...(dnsResolution && { lookup: createLookup(dnsResolution) }),
    ...(isUnixSocket && { socketPath: url.pathname }),
    timeout: CONNECT_TIMEOUT_MS,
  };
  // Without TLS there is nothing to negotiate by: HTTP/2 from the first byte, or not at all.
  const isPlainHttp2 = http2 === 'http2only' && url.protocol === 'http:';
  return new Pool(isUnixSocket ? 'http://localhost' : url.origin, {
    connections: maxConnections,
    keepAliveTimeout: idleTimeoutMs,
    // Each request has a timer of its own, for the whole answer.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect,
    allowH2: http2 !== 'disable',
    ...(isPlainHttp2 && {
      factory: (origin: URL) =>
        new H2CClient(origin, { connect, keepAliveTimeout: idleTimeoutMs, headersTimeout: 0, bodyTimeout: 0 }),
    }),
  });
}
