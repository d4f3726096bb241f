import { ModelUnavailableError } from '../errors.ts';
import type { Model, ModelChunk, ModelRequest } from './model.ts';

/** How long a model may take. Each limit is one of its own; the connection has another (`provider.fetch.ts`). */
export interface ModelTimes {
  /** Until the first sign of life: a model may have to be loaded, and reads the whole prompt. */
  readonly firstTokenMs: number;
  /** From one sign of life to the next. Thoughts and comments are signs of life. */
  readonly silenceMs: number;
  /** For the whole answer. */
  readonly answerMs: number;
}

/** @throws ModelUnavailableError when the model takes longer than it may; the provider is told to stop */
export async function* limitTimes(model: Model, request: ModelRequest, times: ModelTimes): AsyncGenerator<ModelChunk> {
  const stop = new AbortController();
  const startTimer = (ms: number, reason: string) =>
    setTimeout(() => stop.abort(new ModelUnavailableError(model, reason)), ms);
  const whole = startTimer(times.answerMs, `its answer took longer than ${toSeconds(times.answerMs)}.`);
  let timer = startTimer(times.firstTokenMs, `it did not begin to answer within ${toSeconds(times.firstTokenMs)}.`);
  try {
    const signal = AbortSignal.any([request.signal, stop.signal]);
    for await (const chunk of model.stream({ ...request, signal })) {
      clearTimeout(timer);
      yield chunk;
      timer = startTimer(times.silenceMs, `it was silent for ${toSeconds(times.silenceMs)}.`);
    }
  } finally {
    clearTimeout(timer);
    clearTimeout(whole);
  }
}

function toSeconds(ms: number): string {
  return `${ms / 1_000} seconds`;
}
