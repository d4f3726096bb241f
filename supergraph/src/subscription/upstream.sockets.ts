import type { Identity } from '../request/context.ts';
import { traceHeadersOf } from '../request/observer.ts';
import type { UpstreamConnectOptions } from '../traffic/client.tls.ts';
import type { PassthroughMode } from './subscription.settings.ts';
import { dialects } from './upstream.dialect.ts';
import { UpstreamSocket } from './upstream.socket.ts';
import type { UpstreamRequest, Upstreams } from './upstream.ts';

export interface SocketUpstreamsOptions {
  /** HTTP URLs of a subgraph's instances, read anew for each operation. */
  readonly urlsOf: (subgraph: string) => readonly string[];
  /** What a connection to one of them needs beside its URL. Default: nothing. */
  readonly connectOptionsOf?: (subgraph: string, url: string) => UpstreamConnectOptions;
  readonly modeOf: (subgraph: string) => PassthroughMode;
  /** Time between looks whether a connection still lives. Default 15,000. */
  readonly heartbeatMs?: number;
  /** Operations of one connection before another is opened. Default 2,000. */
  readonly maxOperationsPerSocket?: number;
  /** Time that a connection without operations is kept. Default 10,000. */
  readonly idleMs?: number;
}

/** How long an instance that could not be reached is the last choice. */
const SHUN_MS = 5_000;

/**
 * Subscriptions over WebSocket. A subgraph that verifies the token of each operation is reached by a few shared
 * connections. Any other subgraph identifies the client when a connection opens, so that each identity has connections of its
 * own. Headers that are passed on belong to a connection too: only operations with equal ones share it.
 */
export function createSocketUpstreams(options: SocketUpstreamsOptions): Upstreams {
  const pool = new SocketPool(options);
  return {
    subscribe(request, listener) {
      const { subgraph, body } = request;
      const url = pool.chooseUrl(subgraph);
      if (url === null) {
        queueMicrotask(() => listener.lost('it has no instance', false));
        return () => undefined;
      }
      const mode = options.modeOf(subgraph);
      const extensions = JSON.stringify(toExtensions(request, mode));
      return pool.socketFor(url, mode, request).subscribe(`${body},"extensions":${extensions}}`, listener);
    },
    [Symbol.dispose]: () => pool[Symbol.dispose](),
  };
}

/** What one operation brings beside its query: its token where the subgraph verifies it, and its trace. */
function toExtensions({ context }: UpstreamRequest, mode: PassthroughMode): Record<string, string> {
  const { identity } = context;
  const { traceparent, tracestate, baggage } = traceHeadersOf(context);
  return {
    ...(identity && mode.tokenPerOperation && { authorization: `Bearer ${identity.token}` }),
    ...(traceparent && { traceparent }),
    ...(tracestate && { tracestate }),
    ...(baggage && { baggage }),
  };
}

/** Connections to subgraphs: which instance takes an operation, and which connection carries it. */
class SocketPool implements Disposable {
  readonly #socketsByKey = new Map<string, UpstreamSocket[]>();
  readonly #socketsByUrl = new Map<string, Set<UpstreamSocket>>();
  readonly #shunnedUntilMs = new Map<string, number>();
  readonly #idleTimers = new Map<UpstreamSocket, NodeJS.Timeout>();

  constructor(private readonly options: SocketUpstreamsOptions) {}

  /** The instance with the fewest operations, of those that can be reached. */
  chooseUrl(subgraph: string): string | null {
    const urls = this.options.urlsOf(subgraph);
    if (urls.length < 2) return urls[0] ?? null;
    const now = Date.now();
    const rank = (url: string) => ({
      url,
      shunned: (this.#shunnedUntilMs.get(url) ?? 0) > now,
      load: this.#operationsAt(url),
    });
    const ranked = urls.map(rank).sort((a, b) => Number(a.shunned) - Number(b.shunned) || a.load - b.load);
    return ranked[0]?.url ?? null;
  }

  /** A connection with room for an operation. */
  socketFor(url: string, mode: PassthroughMode, request: UpstreamRequest): UpstreamSocket {
    const { maxOperationsPerSocket = 2_000 } = this.options;
    const { context, headers } = request;
    const signIn = mode.tokenPerOperation ? null : context.identity;
    const target = toSocketUrl(url, mode.path);
    const key = `${target}\n${mode.protocol}\n${signIn?.key ?? ''}\n${headers ? JSON.stringify(headers) : ''}`;
    const sockets = this.#socketsByKey.get(key) ?? [];
    const free = sockets.find(({ operations }) => operations < maxOperationsPerSocket);
    if (free) return free;
    const opened = this.#open({ key, url, target, mode, request, signIn });
    this.#socketsByKey.set(key, [...sockets, opened]);
    const atUrl = this.#socketsByUrl.get(url);
    if (atUrl) atUrl.add(opened);
    else this.#socketsByUrl.set(url, new Set([opened]));
    return opened;
  }

  [Symbol.dispose](): void {
    for (const socket of [...this.#socketsByKey.values()].flat()) socket.close();
    for (const timer of this.#idleTimers.values()) clearTimeout(timer);
  }

  #open({ key, url, target, mode, request, signIn }: Opening): UpstreamSocket {
    const { connectOptionsOf, heartbeatMs = 15_000 } = this.options;
    const { headers: hostHeaders, ...connect } = connectOptionsOf?.(request.subgraph, url) ?? {};
    const authorization = signIn && `Bearer ${signIn.token}`;
    return new UpstreamSocket({
      url: target,
      dialect: dialects[mode.protocol],
      headers: {
        ...(authorization && { authorization }),
        ...(signIn?.subject && { 'x-authenticated-user': signIn.subject }),
        ...request.headers,
        ...hostHeaders,
      },
      connect,
      // Servers look for it in one of two places: where graphql-ws' clients put it, and where Apollo Router does.
      ...(authorization && { connectionParams: { authorization, connectionParams: { token: authorization } } }),
      heartbeatMs,
      pingMs: mode.pingMs,
      onIdle: (idle) => this.#closeWhenIdle(idle),
      onClose: (closed, wasLost) => {
        if (wasLost) this.#shun(url);
        this.#forget(key, url, closed);
      },
    });
  }

  #operationsAt(url: string): number {
    let sum = 0;
    for (const { operations } of this.#socketsByUrl.get(url) ?? []) sum += operations;
    return sum;
  }

  #shun(url: string): void {
    const now = Date.now();
    // Instances come and go: what is over is forgotten.
    for (const [known, untilMs] of this.#shunnedUntilMs) if (untilMs <= now) this.#shunnedUntilMs.delete(known);
    this.#shunnedUntilMs.set(url, now + SHUN_MS);
  }

  #closeWhenIdle(socket: UpstreamSocket): void {
    if (socket.isClosed || this.#idleTimers.has(socket)) return;
    const look = () => {
      this.#idleTimers.delete(socket);
      if (socket.operations === 0) socket.close();
    };
    this.#idleTimers.set(socket, setTimeout(look, this.options.idleMs ?? 10_000).unref());
  }

  #forget(key: string, url: string, closed: UpstreamSocket): void {
    clearTimeout(this.#idleTimers.get(closed));
    this.#idleTimers.delete(closed);
    const left = (this.#socketsByKey.get(key) ?? []).filter((socket) => socket !== closed);
    if (left.length) this.#socketsByKey.set(key, left);
    else this.#socketsByKey.delete(key);
    const atUrl = this.#socketsByUrl.get(url);
    if (atUrl?.delete(closed) && atUrl.size === 0) this.#socketsByUrl.delete(url);
  }
}

interface Opening {
  /** Equal for operations that may share a connection. */
  readonly key: string;
  readonly url: string;
  /** The WebSocket's own URL. */
  readonly target: string;
  readonly mode: PassthroughMode;
  readonly request: UpstreamRequest;
  /** The identity that the connection is signed in with; null where each operation brings its own. */
  readonly signIn: Identity | null;
}

function toSocketUrl(url: string, path: string | null): string {
  if (url.startsWith('unix:')) {
    const { pathname, searchParams } = new URL(url);
    return `ws+unix://${pathname}:${path ?? searchParams.get('path') ?? '/'}`;
  }
  const base = url.replace(/^http/, 'ws');
  return path === null ? base : new URL(path, base).href;
}
