import type { Deduplication } from './subscription.settings.ts';
import type { UpstreamListener, UpstreamRequest, Upstreams } from './upstream.ts';

/** One operation at a subgraph that several equal subscriptions listen to. */
interface SharedOperation {
  readonly listeners: Set<UpstreamListener>;
  hasBegun: boolean;
  stop: () => void;
}

/**
 * Lets equal subscriptions share an operation at the subgraph: those of one identity with equal headers, as far as the
 * configuration does not say that these make no difference. One that can be resumed replays the past when it starts:
 * it is shared only by clients that came before its first event. A client that cannot keep up leaves the share, and asks
 * for the rest by an operation of its own.
 */
export function shareUpstreams(upstreams: Upstreams, deduplicationOf: (subgraph: string) => Deduplication): Upstreams {
  const sharedByKey = new Map<string, SharedOperation>();

  function start(key: string, request: UpstreamRequest): SharedOperation {
    const shared: SharedOperation = { listeners: new Set(), hasBegun: false, stop: () => undefined };
    const leave = () => {
      if (sharedByKey.get(key) === shared) sharedByKey.delete(key);
    };
    const end = (tell: (listener: UpstreamListener) => void) => {
      leave();
      const listeners = [...shared.listeners];
      shared.listeners.clear();
      for (const listener of listeners) tell(listener);
    };
    sharedByKey.set(key, shared);
    const listener: UpstreamListener = {
      next(payload) {
        if (!shared.hasBegun) {
          shared.hasBegun = true;
          if (request.isResumable) leave();
        }
        for (const listener of shared.listeners) listener.next(payload);
      },
      failed: (errors) => end((listener) => listener.failed(errors)),
      completed: () => end((listener) => listener.completed()),
      lost: (reason, wasSent) => end((listener) => listener.lost(reason, wasSent)),
    };
    let stop: () => void;
    try {
      stop = upstreams.subscribe(request, listener);
    } catch (error) {
      leave();
      throw error;
    }
    shared.stop = () => {
      leave();
      stop();
    };
    return shared;
  }

  return {
    subscribe(request, listener) {
      const deduplication = deduplicationOf(request.subgraph);
      if (!deduplication.enabled) return upstreams.subscribe(request, listener);
      const key = toKey(request, deduplication);
      const shared = sharedByKey.get(key) ?? start(key, request);
      shared.listeners.add(listener);
      return () => {
        if (shared.listeners.delete(listener) && shared.listeners.size === 0) shared.stop();
      };
    },
    [Symbol.dispose]: () => upstreams[Symbol.dispose](),
  };
}

function toKey({ subgraph, body, context, headers }: UpstreamRequest, deduplication: Deduplication): string {
  const { ignoredHeaders, ignoresIdentity } = deduplication;
  const identity = ignoresIdentity ? '' : (context.identity?.key ?? '');
  const compared = Object.entries(headers ?? {}).filter(([name]) => !ignoredHeaders.has(name));
  return `${subgraph}\n${identity}\n${compared.length ? JSON.stringify(compared.sort()) : ''}\n${body}`;
}
