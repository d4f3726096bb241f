import type { Identity, RequestContext } from './context.ts';

/**
 * The same request as another viewer, nobody included: what a browser would send now goes on to subgraphs, and none of the
 * credentials that the request came with.
 * @param setCookies of the answer that signed the viewer in or out
 * @param credentialHeaders of requests, by which viewers sign in
 */
export function toViewerContext(
  context: RequestContext,
  identity: Identity | null,
  setCookies: readonly string[],
  credentialHeaders: readonly string[],
): RequestContext {
  const { id, traceparent, clientName, clientVersion, extensions, remoteAddress, isReadOnly, watch, plugin, method } =
    context;
  const headers: Record<string, string | undefined> = { ...context.headers };
  for (const name of credentialHeaders) delete headers[name];
  if (identity) headers.authorization = `Bearer ${identity.token}`;
  const cookie = applyCookies(headers.cookie, setCookies);
  if (cookie) headers.cookie = cookie;
  else delete headers.cookie;
  return {
    id,
    headers,
    identity,
    get signal() {
      return context.signal;
    },
    ...(traceparent !== undefined && { traceparent }),
    ...(clientName !== undefined && { clientName }),
    ...(clientVersion !== undefined && { clientVersion }),
    ...(extensions && { extensions }),
    ...(remoteAddress !== undefined && { remoteAddress }),
    ...(isReadOnly !== undefined && { isReadOnly }),
    ...(watch && { watch }),
    ...(plugin && { plugin }),
    ...(method !== undefined && { method }),
    abort: (reason) => context.abort?.(reason),
    setStatus: (status) => context.setStatus?.(status),
    setHeader: (name, value) => context.setHeader?.(name, value),
    appendHeader: (name, value) => context.appendHeader?.(name, value),
  };
}

/** A `Cookie` header after `Set-Cookie` ones (RFC 6265); paths and domains are not looked at. */
function applyCookies(header: string | undefined, setCookies: readonly string[]): string {
  const values = new Map<string, string>();
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0) values.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
  for (const setCookie of setCookies) {
    const [pair = '', ...attributes] = setCookie.split(';');
    const at = pair.indexOf('=');
    if (at <= 0) continue;
    const name = pair.slice(0, at).trim();
    const isRemoved = attributes.some((attribute) => /^\s*max-age\s*=\s*(?:0|-\d+)\s*$/i.test(attribute));
    if (isRemoved) values.delete(name);
    else values.set(name, pair.slice(at + 1).trim());
  }
  return [...values].map(([name, value]) => `${name}=${value}`).join('; ');
}
