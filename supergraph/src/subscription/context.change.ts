import type { RequestContext } from '../request/context.ts';

/** The same request with some of it changed. Contexts are classes of their transports: a spread would lose what they work out. */
export function changeContext(
  context: RequestContext,
  changes: Partial<Pick<RequestContext, 'identity' | 'signal'>>,
): RequestContext {
  const { id, headers, identity, traceparent, clientName, clientVersion, extensions, remoteAddress, watch, plugin } =
    context;
  return {
    id,
    headers,
    identity,
    signal: changes.signal ?? context.signal,
    ...(traceparent && { traceparent }),
    ...(clientName && { clientName }),
    ...(clientVersion && { clientVersion }),
    ...(extensions && { extensions }),
    ...(remoteAddress && { remoteAddress }),
    ...(watch && { watch }),
    ...(plugin && { plugin }),
    ...('identity' in changes && { identity: changes.identity ?? null }),
  };
}
