import cluster from 'node:cluster';
import type { Identity } from './context.ts';

/** What workers of one gateway tell each other, through the process that started them. */
export type WorkerMessage =
  /** The worker serves. */
  | { readonly gateway: 'ready'; readonly url: string }
  /** The worker asks for the metrics of all workers together. */
  | { readonly gateway: 'metrics-wanted'; readonly id: number }
  | { readonly gateway: 'metrics'; readonly id: number; readonly text: string | null }
  /** A fresher token has come for streams that may run at other workers. */
  | { readonly gateway: 'renewed'; readonly identity: Identity }
  /** A client has cancelled a call of a tool that may run at another worker. */
  | { readonly gateway: 'call-cancelled'; readonly call: string };

export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return typeof message === 'object' && message !== null && 'gateway' in message;
}

const METRICS_TIMEOUT_MS = 5_000;
let requested = 0;

/** A worker's way to the others. */
export interface WorkerChannel {
  announceReady(url: string): void;
  /** Metrics of all workers together, in Prometheus's text format; null when they cannot be had in time. */
  collectMetrics(): Promise<string | null>;
  announceRenewal(identity: Identity): void;
  /** @returns stops listening */
  onRenewal(listener: (identity: Identity) => void): () => void;
  announceCancelled(call: string): void;
  /** @returns stops listening */
  onCancelled(listener: (call: string) => void): () => void;
}

/** Null for a gateway that is one process. */
export function openWorkerChannel(): WorkerChannel | null {
  if (!cluster.isWorker) return null;
  const send = (message: WorkerMessage): void => {
    // Once the first process is gone, no other worker can be reached.
    if (process.connected) process.send?.(message);
  };
  const listen = (listener: (message: WorkerMessage) => void): (() => void) => {
    const onMessage = (message: unknown): void => {
      if (isWorkerMessage(message)) listener(message);
    };
    process.on('message', onMessage);
    return () => process.off('message', onMessage);
  };
  return {
    announceReady: (url) => send({ gateway: 'ready', url }),
    announceRenewal: (identity) => send({ gateway: 'renewed', identity }),
    onRenewal: (listener) =>
      listen((message) => {
        if (message.gateway === 'renewed') listener(message.identity);
      }),
    announceCancelled: (call) => send({ gateway: 'call-cancelled', call }),
    onCancelled: (listener) =>
      listen((message) => {
        if (message.gateway === 'call-cancelled') listener(message.call);
      }),
    collectMetrics() {
      const id = requested++;
      return new Promise((resolve) => {
        const finish = (text: string | null): void => {
          clearTimeout(timer);
          stop();
          resolve(text);
        };
        const timer = setTimeout(() => finish(null), METRICS_TIMEOUT_MS);
        const stop = listen((message) => {
          if (message.gateway === 'metrics' && message.id === id) finish(message.text);
        });
        send({ gateway: 'metrics-wanted', id });
      });
    },
  };
}
