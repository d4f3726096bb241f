import type { Identity } from '../types.ts';
import { type UpstreamListener, UpstreamSocket } from './upstream.socket.ts';

export interface UpstreamOptions {
  /** HTTP URLs of a subgraph's instances, asked whenever an operation starts; the socket is at the same path. */
  readonly urlsOf: (subgraph: string) => readonly string[];
  /**
   * Whether a subgraph is not of this system: it knows who asks by `connection_init` only, so that each identity has a
   * connection of its own. Default: none is. Ours share connections, and each operation brings its own token.
   */
  readonly isForeign?: (subgraph: string) => boolean;
  /** Time between looks whether a connection still lives. Default 15,000. */
  readonly heartbeatMs?: number;
  /** Operations of one connection before another is opened. Default 2,000. */
  readonly maxOperationsPerSocket?: number;
  /** Time that a connection without operations is kept. Default 10,000. */
  readonly idleMs?: number;
}

/** One subscription, as a subgraph is asked for it. */
export interface UpstreamRequest {
  readonly subgraph: string;
  /** `{"query":…,"variables":…` as JSON text, without the closing brace. */
  readonly body: string;
  readonly identity: Identity | null;
  readonly traceparent: string | undefined;
  /** Whether it may be asked again from a cursor, and so replays the past. */
  readonly isResumable: boolean;
}

/** Subscriptions to subgraphs, many over few connections. */
export interface Upstreams extends Disposable {
  /** @returns stops the operation at once */
  subscribe(request: UpstreamRequest, listener: UpstreamListener): () => void;
}

/** How long an instance that could not be reached is asked after the others. */
const SHUN_MS = 5_000;

export function createUpstreams(options: UpstreamOptions): Upstreams {
  const { urlsOf, isForeign, heartbeatMs = 15_000, maxOperationsPerSocket = 2_000, idleMs = 10_000 } = options;
  const socketsByKey = new Map<string, UpstreamSocket[]>();
  const shunnedUntilMs = new Map<string, number>();
  const idleTimers = new Map<UpstreamSocket, NodeJS.Timeout>();

  function operationsAt(url: string): number {
    return (socketsByKey.get(url) ?? []).reduce((sum, socket) => sum + socket.operations, 0);
  }

  /** The instance with the fewest operations, of those that can be reached. */
  function chooseUrl(subgraph: string): string | null {
    const urls = urlsOf(subgraph);
    if (urls.length < 2) return urls[0] ?? null;
    const now = Date.now();
    const rank = (url: string) => ({ url, shunned: (shunnedUntilMs.get(url) ?? 0) > now, load: operationsAt(url) });
    const ranked = urls.map(rank).sort((a, b) => Number(a.shunned) - Number(b.shunned) || a.load - b.load);
    return ranked[0]?.url ?? null;
  }

  function socketFor(url: string, signIn: Identity | null | undefined): UpstreamSocket {
    const key = signIn ? `${url}\n${signIn.key}` : url;
    const sockets = socketsByKey.get(key) ?? [];
    const free = sockets.find(({ operations }) => operations < maxOperationsPerSocket);
    if (free) return free;
    const opened = new UpstreamSocket({
      url: url.replace(/^http/, 'ws'),
      ...(signIn && { connectionParams: { authorization: `Bearer ${signIn.token}` } }),
      heartbeatMs,
      onClose(closed, wasLost) {
        if (wasLost) shunnedUntilMs.set(url, Date.now() + SHUN_MS);
        clearTimeout(idleTimers.get(closed));
        idleTimers.delete(closed);
        const left = (socketsByKey.get(key) ?? []).filter((socket) => socket !== closed);
        if (left.length) socketsByKey.set(key, left);
        else socketsByKey.delete(key);
      },
    });
    socketsByKey.set(key, [...sockets, opened]);
    return opened;
  }

  function closeWhenIdle(socket: UpstreamSocket): void {
    if (socket.operations > 0 || socket.isClosed || idleTimers.has(socket)) return;
    const look = () => {
      idleTimers.delete(socket);
      if (socket.operations === 0) socket.close();
    };
    idleTimers.set(socket, setTimeout(look, idleMs).unref());
  }

  return {
    subscribe({ subgraph, body, identity, traceparent }, listener) {
      const url = chooseUrl(subgraph);
      if (url === null) {
        queueMicrotask(() => listener.lost('it has no instance', false));
        return () => undefined;
      }
      const foreign = isForeign?.(subgraph) === true;
      const extensions = {
        ...(identity && !foreign && { authorization: `Bearer ${identity.token}` }),
        ...(traceparent && { traceparent }),
      };
      const socket = socketFor(url, foreign ? identity : null);
      const stop = socket.subscribe(`${body},"extensions":${JSON.stringify(extensions)}}`, listener);
      return () => {
        stop();
        closeWhenIdle(socket);
      };
    },
    [Symbol.dispose]() {
      for (const socket of [...socketsByKey.values()].flat()) socket.close();
      for (const timer of idleTimers.values()) clearTimeout(timer);
    },
  };
}
