import { isIP } from 'node:net';

/** @param host value of a `Host` header */
export type AllowsHost = (host: string | undefined) => boolean;

export interface AllowedHosts {
  /** Names and addresses without a port, `*.example.com` for all names below one, `*` for all. Left out: see below. */
  readonly configured: readonly string[] | null | undefined;
  /** Name or address that the gateway listens on; null for a Unix socket. */
  readonly listensOn: string | null;
}

/**
 * Which `Host` headers are answered. A page of a foreign name that its owner points at this machine (DNS rebinding) is of
 * one origin with the gateway for the browser: only the `Host` header tells. A gateway that listens on loopback only
 * answers to `localhost`, loopback addresses and its own address, whatever else is configured; one that others reach
 * answers to all names unless some are configured, because a proxy in front may pass on any.
 */
export function createHostCheck({ configured, listensOn }: AllowedHosts): AllowsHost {
  const isLocal = listensOn !== null && isLoopback(listensOn);
  if (configured?.includes('*') || (!configured && !isLocal)) return () => true;
  const names = new Set((configured ?? []).filter((name) => !name.startsWith('*.')).map(normalize));
  const suffixes = (configured ?? []).flatMap((name) => (name.startsWith('*.') ? normalize(name.slice(1)) : []));
  if (listensOn !== null) names.add(normalize(listensOn));
  let lastAllowed: string | undefined;
  return (header) => {
    // Only HTTP/1.0 may leave it out, and no browser speaks that. Clients nearly always send the same.
    if (header === undefined || header === lastAllowed) return true;
    if (!isAllowed(header)) return false;
    lastAllowed = header;
    return true;
  };

  function isAllowed(header: string): boolean {
    const host = toHostname(header);
    if (host === null) return false;
    return names.has(host) || isLoopback(host) || suffixes.some((suffix) => host.endsWith(suffix));
  }
}

/** The message names the setting for operators whose proxy passes on another name. */
export function toMisdirected(host: string | undefined): string {
  return `This gateway does not answer to the host '${host}'. supergraph.allowed_hosts names those that it answers to.`;
}

function normalize(name: string): string {
  const lower = name.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/** Without port and brackets, in lower case. Null for what is not a host. */
function toHostname(header: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]@/?#]+))(?::\d{0,5})?$/i.exec(header);
  return match ? normalize((match[1] ?? match[2]) as string) : null;
}

/** Names that resolve to this machine everywhere (RFC 6761, section 6.3), and its addresses. */
function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
