import { ModelRefusedError, ModelUnavailableError } from '../src/errors.ts';
import { ModelCircuit } from '../src/models/model.circuit.ts';
import { createModelGuard } from '../src/models/model.guard.ts';
import type { Model, ModelChunk } from '../src/models/model.ts';
import { createOllamaModel } from '../src/models/ollama.model.ts';
import { createModelRequest } from './model.contract.ts';
import { startScriptedOllama } from './scripted.ollama.ts';

const times = { firstTokenMs: 10_000, silenceMs: 10_000, answerMs: 60_000 };
const END: ModelChunk = { text: '', tokens: 0, end: { reason: 'stop' } };
const LIFE: ModelChunk = { text: '', tokens: 0 };

/** A model that answers by script: each request takes the next list, and an error in it is thrown. */
function createScriptedModel(...answers: readonly (readonly (ModelChunk | Error | Promise<unknown>)[])[]) {
  let asked = 0;
  const model: Model & { readonly asked: number } = {
    id: 'scripted',
    provider: 'test',
    get asked() {
      return asked;
    },
    probe: async () => ({ available: true, contextTokens: null }),
    async *stream({ signal }) {
      const answer = answers[Math.min(asked, answers.length - 1)]!;
      asked += 1;
      for (const piece of answer) {
        if (piece instanceof Error) throw piece;
        if (piece instanceof Promise) {
          const aborted = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          await Promise.race([piece, aborted]);
        } else yield piece;
      }
    },
  };
  return model;
}

const identity = { id: 'scripted', provider: 'test' };
const broken = () => new ModelUnavailableError(identity, 'no memory.');
const busy = (retryAfterMs: number) =>
  new ModelUnavailableError(identity, 'too many requests.', { retryAfterMs, countsAsFault: false });
const never = new Promise(() => undefined);

async function collect(answer: Promise<AsyncIterable<ModelChunk>>): Promise<ModelChunk[]> {
  const chunks: ModelChunk[] = [];
  for await (const chunk of await answer) chunks.push(chunk);
  return chunks;
}

describe('the limits of a guarded model', () => {
  it('to silence: it counts as unavailable, and is told to stop', async () => {
    await using ollama = await startScriptedOllama(() => ['a', never]);
    const model = createOllamaModel('scripted', { url: ollama.url, contextTokens: 1_000 });
    const answer = await createModelGuard({ times: { ...times, silenceMs: 1_500 } })(model, createModelRequest());
    const read = async () => {
      for await (const _ of answer);
    };
    await expect(read()).rejects.toThrow('silent for 1.5 seconds');
    await ollama.hungUp;
  });

  it('to the first token', async () => {
    const guard = createModelGuard({ times: { ...times, firstTokenMs: 20 } });
    await expect(guard(createScriptedModel([never]), createModelRequest())).rejects.toThrow(
      'did not begin to answer within 0.02 seconds',
    );
  });

  it('to the whole answer, however lively it is', async () => {
    const model: Model = {
      ...createScriptedModel([]),
      async *stream({ signal }) {
        for (;;) {
          signal.throwIfAborted();
          yield { text: 'a', tokens: 1 };
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    };
    const guard = createModelGuard({ times: { ...times, answerMs: 30 } });
    await expect(collect(guard(model, createModelRequest()))).rejects.toThrow('took longer than 0.03 seconds');
  });

  it('take thoughts and comments for signs of life, which are not an answer yet', async () => {
    const model = createScriptedModel([LIFE, LIFE, { text: '', tokens: 1 }, { text: 'a', tokens: 1 }, END]);
    expect(await collect(createModelGuard({ times })(model, createModelRequest()))).toEqual([
      { text: '', tokens: 1 },
      { text: 'a', tokens: 1 },
      END,
    ]);
  });
});

describe('the breaker', () => {
  const createGuard = (now: () => number) =>
    createModelGuard({ times, circuit: new ModelCircuit({ failures: 3, pauseMs: 1_000, now }) });

  it('leaves a model alone that fails again and again, and tries it once after a while; others go on', async () => {
    let now = 0;
    const guard = createGuard(() => now);
    const model = createScriptedModel([broken()]);
    for (let index = 0; index < 5; index += 1) {
      await expect(guard(model, createModelRequest())).rejects.toMatchObject({ code: 'GENERATION_MODEL_UNAVAILABLE' });
    }
    expect(model.asked).toBe(3);
    const other = { ...createScriptedModel([{ text: 'a', tokens: 1 }, END]), id: 'other' };
    expect(await collect(guard(other, createModelRequest()))).toHaveLength(2);
    now = 1_000;
    await expect(guard(model, createModelRequest())).rejects.toThrow('no memory');
    await expect(guard(model, createModelRequest())).rejects.toThrow('4 times in a row');
    expect(model.asked).toBe(4);
  });

  it('counts answers that break off after they have begun', async () => {
    const guard = createGuard(() => 0);
    const model = createScriptedModel([{ text: 'a', tokens: 1 }, broken()]);
    for (let index = 0; index < 3; index += 1) {
      await expect(collect(guard(model, createModelRequest()))).rejects.toThrow('no memory');
    }
    await expect(guard(model, createModelRequest())).rejects.toThrow('3 times in a row');
  });

  it('starts anew with an answer that came to its end', async () => {
    const guard = createGuard(() => 0);
    const whole = [{ text: 'a', tokens: 1 }, END];
    const model = createScriptedModel([broken()], [broken()], whole, [broken()], [broken()], whole);
    for (const fails of [true, true, false, true, true, false]) {
      const answer = collect(guard(model, createModelRequest()));
      await (fails ? expect(answer).rejects.toThrow('no memory') : expect(answer).resolves.toHaveLength(2));
    }
  });

  it.each([
    ['a request that the model refuses', new ModelRefusedError(identity, 'context length')],
    ['a limit to requests', new ModelUnavailableError(identity, 'too many requests.', { countsAsFault: false })],
  ])('does not count %s', async (_, error) => {
    const guard = createGuard(() => 0);
    const model = createScriptedModel([error]);
    for (let index = 0; index < 6; index += 1) {
      await expect(guard(model, createModelRequest())).rejects.toBe(error);
    }
    expect(model.asked).toBe(6);
  });

  it('does not count a model that its user has stopped', async () => {
    const guard = createModelGuard({ times, circuit: new ModelCircuit({ failures: 1 }) });
    const reason = new Error('cancelled');
    const abort = new AbortController();
    const asking = guard(createScriptedModel([never]), createModelRequest({ signal: abort.signal }));
    abort.abort(reason);
    await expect(asking).rejects.toBe(reason);
    expect(await collect(guard(createScriptedModel([END]), createModelRequest()))).toEqual([END]);
  });
});

describe('a request that the provider could not take', () => {
  it('is repeated as long as the provider says, and no more than twice', async () => {
    const waits: number[] = [];
    const wait = async (ms: number) => waits.push(ms);
    const model = createScriptedModel([busy(100)], [busy(100)], [{ text: 'a', tokens: 1 }, END]);
    expect(await collect(createModelGuard({ times, wait })(model, createModelRequest()))).toHaveLength(2);
    expect(waits).toEqual([100, 200]);
    const hopeless = createScriptedModel([busy(100)]);
    await expect(createModelGuard({ times, wait })(hopeless, createModelRequest())).rejects.toThrow(
      'too many requests',
    );
    expect(hopeless.asked).toBe(3);
  });

  it('is not repeated once its answer has begun', async () => {
    const model = createScriptedModel([{ text: 'a', tokens: 1 }, busy(0)]);
    await expect(collect(createModelGuard({ times })(model, createModelRequest()))).rejects.toThrow(
      'too many requests',
    );
    expect(model.asked).toBe(1);
  });

  it('stops waiting at once when its user cancels', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled');
    const guard = createModelGuard({ times });
    const asking = guard(createScriptedModel([busy(3_600_000)]), createModelRequest({ signal: abort.signal }));
    abort.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});
