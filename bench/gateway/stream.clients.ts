import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { spawnNode, stop } from './contestant.process.ts';

/** Subscriptions to open: for each token, a connection with one stream. */
export interface StreamLoad {
  /** HTTP URL of the GraphQL endpoint. */
  readonly url: string;
  readonly tokens: readonly string[];
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Number of events after which the server completes each stream; null for streams that stay open. */
  readonly count: number | null;
}

/** The outcome of the streams. */
export interface StreamOutcome {
  readonly received: number;
  /** Number of missing events, by the sequence numbers of later ones. */
  readonly missed: number;
  /** Errors and closed connections. */
  readonly failures: readonly string[];
  /** Delays from writing an event in the subgraph to its arrival. */
  readonly delaysMs: readonly number[];
}

export function toTokensQuery(selection: string): string {
  return `subscription Tokens($count: Int!, $everyMs: Float!) { tokens(count: $count, everyMs: $everyMs) ${selection} }`;
}

export type StreamCommand =
  /** Opens the streams and waits until all have ended. */
  | { readonly kind: 'run'; readonly loads: readonly StreamLoad[] }
  /** Opens further streams and keeps them open. */
  | { readonly kind: 'hold'; readonly load: StreamLoad }
  /** Reports the outcome of the open streams so far. */
  | { readonly kind: 'look' }
  /** Closes the open streams. */
  | { readonly kind: 'release' };

export type StreamReply = { readonly outcomes: readonly StreamOutcome[] } | { readonly failure: string };

/** Stream clients in a process of their own. */
export class StreamClients implements AsyncDisposable {
  readonly #process: ChildProcess = spawnNode([join(import.meta.dirname, 'stream.clients.process.ts')]);

  /** @returns outcomes in the order of the loads */
  run(loads: readonly StreamLoad[]): Promise<readonly StreamOutcome[]> {
    return this.#ask({ kind: 'run', loads });
  }

  async hold(load: StreamLoad): Promise<void> {
    await this.#ask({ kind: 'hold', load });
  }

  async look(): Promise<StreamOutcome> {
    const [outcome] = await this.#ask({ kind: 'look' });
    return outcome as StreamOutcome;
  }

  async release(): Promise<void> {
    await this.#ask({ kind: 'release' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return stop(this.#process);
  }

  async #ask(command: StreamCommand): Promise<readonly StreamOutcome[]> {
    this.#process.send(command);
    const [reply] = (await once(this.#process, 'message')) as [StreamReply];
    if ('failure' in reply) throw new Error(reply.failure);
    return reply.outcomes;
  }
}
