import type { RouterConfig } from '../config/config.schema.ts';

/** How a connection is made, beside its URL. */
export interface UpstreamConnectOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM, and the name to expect in the certificate: as `tls.connect` takes them. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** Whom to trust and what to show when connecting to a subgraph; as `tls.connect` takes it. PEM. */
export interface ClientTls {
  /** In place of the authorities that the system trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What `tls.subgraph` says for one subgraph: its own entries, else those for all. Null when there is nothing. */
export function toClientTls({ subgraph: config }: RouterConfig['tls'], name: string): ClientTls | null {
  const own = config.subgraphs[name];
  const ca = own?.certificate_authorities ?? config.all?.certificate_authorities;
  const shown = own?.client_authentication ?? config.all?.client_authentication;
  if (!ca && !shown) return null;
  return { ...(ca && { ca }), ...(shown && { cert: shown.certificate_chain, key: shown.key }) };
}
