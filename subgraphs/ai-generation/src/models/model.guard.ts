import { setTimeout as delay } from 'node:timers/promises';
import { ModelPausedError, ModelUnavailableError } from '../errors.ts';
import { ModelCircuit } from './model.circuit.ts';
import { limitTimes, type ModelTimes } from './model.times.ts';
import type { Model, ModelChunk, ModelRequest } from './model.ts';

export interface ModelGuardOptions {
  readonly times: ModelTimes;
  /** Default: one that leaves a model alone for 10 seconds after three faults in a row. */
  readonly circuit?: ModelCircuit;
  /** How often a request is repeated that the provider could not take, before its answer has begun. Default 2. */
  readonly retries?: number;
  /** Waits before repeating; rejects when the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

export type ModelGuard = (model: Model, request: ModelRequest) => Promise<AsyncIterable<ModelChunk>>;

/**
 * Asks models so that none is waited for in vain: with limits to silence, the one loop that repeats requests, and a circuit breaker
 * a model. What it answers resolves with the first chunk of the answer, which shows that the model answers at all.
 */
export function createModelGuard({
  times,
  circuit = new ModelCircuit(),
  retries = 2,
  wait = (ms, signal) => delay(ms, undefined, { signal }),
}: ModelGuardOptions): ModelGuard {
  async function openOnce(model: Model, request: ModelRequest): Promise<AsyncIterable<ModelChunk>> {
    const chunks = limitTimes(model, request, times);
    const signs: ModelChunk[] = [];
    try {
      for (;;) {
        const next = await chunks.next();
        if (!next.done) signs.push(next.value);
        // Comments that keep a connection open are not an answer yet.
        if (next.done || isAnswer(next.value)) return watch(model, circuit, signs, chunks);
        signs.length = 0;
      }
    } catch (error) {
      await chunks.return(undefined);
      throw error;
    }
  }

  return async (model, request) => {
    const waitMs = circuit.findWaitMs(model.id);
    if (waitMs > 0) throw new ModelPausedError(model, circuit.countFaults(model.id), waitMs);
    circuit.begin(model.id);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await openOnce(model, request);
      } catch (error) {
        if (error instanceof ModelUnavailableError && error.retryAfterMs !== null && attempt < retries) {
          try {
            await wait(error.retryAfterMs * 2 ** attempt, request.signal);
            continue;
          } catch {
            // The wait ends early only by the signal.
            circuit.abandon(model.id);
            throw request.signal.reason;
          }
        }
        judge(circuit, model, request, error);
        throw error;
      }
    }
  };
}

function isAnswer({ text, tokens, toolCalls, end }: ModelChunk): boolean {
  return text !== '' || tokens > 0 || toolCalls !== undefined || end !== undefined;
}

/** Passes on what has begun, and judges the model by how it ends. */
async function* watch(
  model: Model,
  circuit: ModelCircuit,
  first: readonly ModelChunk[],
  rest: AsyncGenerator<ModelChunk>,
): AsyncGenerator<ModelChunk> {
  let isJudged = false;
  const pass = function* (chunk: ModelChunk) {
    // Nobody may read on behind the last chunk.
    if (chunk.end) {
      circuit.succeed(model.id);
      isJudged = true;
    }
    yield chunk;
  };
  try {
    for (const chunk of first) yield* pass(chunk);
    for await (const chunk of rest) yield* pass(chunk);
  } catch (error) {
    if (error instanceof ModelUnavailableError && error.countsAsFault) circuit.fail(model.id);
    else circuit.abandon(model.id);
    isJudged = true;
    throw error;
  } finally {
    // The reader has had enough: it was stopped, or had as many tokens as it may have.
    if (!isJudged) circuit.abandon(model.id);
    await rest.return(undefined);
  }
}

function judge(circuit: ModelCircuit, { id }: Model, { signal }: ModelRequest, error: unknown): void {
  if (signal.aborted) circuit.abandon(id);
  else if (error instanceof ModelUnavailableError) {
    if (error.countsAsFault) circuit.fail(id);
    else circuit.abandon(id);
  } else circuit.succeed(id);
}
