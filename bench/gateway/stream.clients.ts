import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { spawnNode, stop } from './contestant.process.ts';

/** Subscriptions to open: a connection, and on it one stream, for each token. */
export interface StreamLoad {
  /** HTTP URL of the GraphQL endpoint. */
  readonly url: string;
  readonly tokens: readonly string[];
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Events of each stream, after which the server completes it; null for streams that stay. */
  readonly count: number | null;
}

/** What became of them. */
export interface StreamOutcome {
  readonly received: number;
  /** Events that the sequence numbers of what came later tell of. */
  readonly missed: number;
  /** Errors, and connections that were closed. */
  readonly failures: readonly string[];
  /** From the subgraph's writing of an event to its arrival. */
  readonly delaysMs: readonly number[];
}

export function toTokensQuery(selection: string): string {
  return `subscription Tokens($count: Int!, $everyMs: Float!) { tokens(count: $count, everyMs: $everyMs) ${selection} }`;
}

export type StreamCommand =
  /** Opens the streams and waits until all have ended. */
  | { readonly kind: 'run'; readonly loads: readonly StreamLoad[] }
  /** Opens the streams, beside those that are held already. */
  | { readonly kind: 'hold'; readonly load: StreamLoad }
  /** What has come to the streams that are held. */
  | { readonly kind: 'look' }
  /** Closes the streams that are held. */
  | { readonly kind: 'release' };

export type StreamReply = { readonly outcomes: readonly StreamOutcome[] } | { readonly failure: string };

/** Clients of streams, in a process of their own. */
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
