import type { ServerOptions } from 'node:https';
import type { RouterConfig } from '../config/config.schema.ts';

/** TLS 1.3 for clients. Null when the configuration has no certificate. A reload passes them to `setSecureContext`. */
export function toServerTls(config: RouterConfig['tls']['supergraph']): ServerOptions | null {
  if (!config) return null;
  const { certificate, certificate_chain: chain, key } = config;
  return { cert: chain ? `${certificate}\n${chain}` : certificate, key, minVersion: 'TLSv1.3' };
}
