import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleType } from 'cockatiel';
import { ModelUnavailableError } from '../errors.ts';
import type { Model, ModelChunk, ModelRequest } from './model.ts';

export interface ModelGuardOptions {
  /** A model that is silent for so long counts as unavailable, and is told to stop. */
  readonly silenceMs: number;
  /** After so many failures in a row a model is not asked for a while. Default 3. */
  readonly failures?: number;
  /** How long. Default 10,000. */
  readonly pauseMs?: number;
}

export type ModelGuard = (model: Model, request: ModelRequest) => Promise<AsyncIterable<ModelChunk>>;

/**
 * Asks models so that none is waited for in vain: with a limit to silence, and a circuit breaker a model. What it answers resolves
 * with the first chunk, which shows that the model answers at all.
 */
export function createModelGuard({ silenceMs, failures = 3, pauseMs = 10_000 }: ModelGuardOptions): ModelGuard {
  const createBreaker = () =>
    circuitBreaker(handleType(ModelUnavailableError), {
      halfOpenAfter: pauseMs,
      breaker: new ConsecutiveBreaker(failures),
    });
  const breakers = new Map<string, ReturnType<typeof createBreaker>>();

  return async (model, request) => {
    const breaker = breakers.get(model.id) ?? createBreaker();
    breakers.set(model.id, breaker);
    try {
      return await breaker.execute(async () => {
        const chunks = limitSilence(model, request, silenceMs);
        return prepend(await chunks.next(), chunks);
      });
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new ModelUnavailableError(
        model,
        `it failed ${failures} times in a row; it will be asked again in ${pauseMs / 1_000} seconds.`,
        error,
      );
    }
  };
}

/** @throws ModelUnavailableError when no chunk comes for `silenceMs` */
async function* limitSilence(model: Model, request: ModelRequest, silenceMs: number): AsyncGenerator<ModelChunk> {
  const silence = new AbortController();
  const error = new ModelUnavailableError(model, `it was silent for ${silenceMs / 1_000} seconds.`);
  const startTimer = () => setTimeout(() => silence.abort(error), silenceMs);
  let timer = startTimer();
  try {
    const signal = AbortSignal.any([request.signal, silence.signal]);
    for await (const chunk of model.stream({ ...request, signal })) {
      clearTimeout(timer);
      yield chunk;
      timer = startTimer();
    }
  } finally {
    clearTimeout(timer);
  }
}

async function* prepend<T>(first: IteratorResult<T, unknown>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
