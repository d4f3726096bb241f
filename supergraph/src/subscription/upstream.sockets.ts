import { traceHeadersOf } from '../request/observer.ts';
import type { UpstreamConnectOptions } from '../traffic/client.tls.ts';
import type { PassthroughMode } from './subscription.settings.ts';
import { dialects } from './upstream.dialect.ts';
import { UpstreamSocket } from './upstream.socket.ts';
import type { UpstreamRequest, Upstreams } from './upstream.ts';

export interface SocketUpstreamsOptions {
  /** HTTP URLs of a subgraph's instances, asked whenever an operation starts. */
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

/** How long an instance that could not be reached is asked after the others. */
const SHUN_MS = 5_000;

/**
 * Subscriptions over WebSocket. A subgraph that verifies the token of each operation is reached by a few connections for
 * everybody. Any other learns who asks when a connection opens, so that each identity has connections of its own. Headers
 * that are passed on belong to a connection too: only operations with equal ones share it.
 */
export function createSocketUpstreams(options: SocketUpstreamsOptions): Upstreams {
  const {
    urlsOf,
    connectOptionsOf,
    modeOf,
    heartbeatMs = 15_000,
    maxOperationsPerSocket = 2_000,
    idleMs = 10_000,
  } = options;
  const socketsByKey = new Map<string, UpstreamSocket[]>();
  const socketsByUrl = new Map<string, Set<UpstreamSocket>>();
  const shunnedUntilMs = new Map<string, number>();
  const idleTimers = new Map<UpstreamSocket, NodeJS.Timeout>();

  function operationsAt(url: string): number {
    let sum = 0;
    for (const { operations } of socketsByUrl.get(url) ?? []) sum += operations;
    return sum;
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

  function shun(url: string): void {
    const now = Date.now();
    // Instances come and go: what is over is forgotten.
    for (const [known, untilMs] of shunnedUntilMs) if (untilMs <= now) shunnedUntilMs.delete(known);
    shunnedUntilMs.set(url, now + SHUN_MS);
  }

  function socketFor(url: string, mode: PassthroughMode, request: UpstreamRequest): UpstreamSocket {
    const { subgraph, context, headers } = request;
    const signIn = mode.tokenPerOperation ? null : context.identity;
    const target = toSocketUrl(url, mode.path);
    const key = `${target}\n${mode.protocol}\n${signIn?.key ?? ''}\n${headers ? JSON.stringify(headers) : ''}`;
    const sockets = socketsByKey.get(key) ?? [];
    const free = sockets.find(({ operations }) => operations < maxOperationsPerSocket);
    if (free) return free;
    const { headers: hostHeaders, ...connect } = connectOptionsOf?.(subgraph, url) ?? {};
    const authorization = signIn && `Bearer ${signIn.token}`;
    const opened = new UpstreamSocket({
      url: target,
      dialect: dialects[mode.protocol],
      headers: {
        ...(authorization && { authorization }),
        ...(signIn?.subject && { 'x-authenticated-user': signIn.subject }),
        ...headers,
        ...hostHeaders,
      },
      connect,
      // Servers look for it in one of two places: where graphql-ws' clients put it, and where Apollo Router does.
      ...(authorization && { connectionParams: { authorization, connectionParams: { token: authorization } } }),
      heartbeatMs,
      pingMs: mode.pingMs,
      onIdle: closeWhenIdle,
      onClose(closed, wasLost) {
        if (wasLost) shun(url);
        clearTimeout(idleTimers.get(closed));
        idleTimers.delete(closed);
        forget(socketsByKey, key, closed);
        const atUrl = socketsByUrl.get(url);
        if (atUrl?.delete(closed) && atUrl.size === 0) socketsByUrl.delete(url);
      },
    });
    socketsByKey.set(key, [...sockets, opened]);
    const atUrl = socketsByUrl.get(url);
    if (atUrl) atUrl.add(opened);
    else socketsByUrl.set(url, new Set([opened]));
    return opened;
  }

  function closeWhenIdle(socket: UpstreamSocket): void {
    if (socket.isClosed || idleTimers.has(socket)) return;
    const look = () => {
      idleTimers.delete(socket);
      if (socket.operations === 0) socket.close();
    };
    idleTimers.set(socket, setTimeout(look, idleMs).unref());
  }

  return {
    subscribe(request, listener) {
      const { subgraph, body, context } = request;
      const url = chooseUrl(subgraph);
      if (url === null) {
        queueMicrotask(() => listener.lost('it has no instance', false));
        return () => undefined;
      }
      const mode = modeOf(subgraph);
      const { identity } = context;
      const { traceparent, tracestate, baggage } = traceHeadersOf(context);
      const extensions = {
        ...(identity && mode.tokenPerOperation && { authorization: `Bearer ${identity.token}` }),
        ...(traceparent && { traceparent }),
        ...(tracestate && { tracestate }),
        ...(baggage && { baggage }),
      };
      return socketFor(url, mode, request).subscribe(`${body},"extensions":${JSON.stringify(extensions)}}`, listener);
    },
    [Symbol.dispose]() {
      for (const socket of [...socketsByKey.values()].flat()) socket.close();
      for (const timer of idleTimers.values()) clearTimeout(timer);
    },
  };
}

function forget(socketsByKey: Map<string, UpstreamSocket[]>, key: string, closed: UpstreamSocket): void {
  const left = (socketsByKey.get(key) ?? []).filter((socket) => socket !== closed);
  if (left.length) socketsByKey.set(key, left);
  else socketsByKey.delete(key);
}

function toSocketUrl(url: string, path: string | null): string {
  if (url.startsWith('unix:')) {
    const { pathname, searchParams } = new URL(url);
    return `ws+unix://${pathname}:${path ?? searchParams.get('path') ?? '/'}`;
  }
  const base = url.replace(/^http/, 'ws');
  return path === null ? base : new URL(path, base).href;
}
