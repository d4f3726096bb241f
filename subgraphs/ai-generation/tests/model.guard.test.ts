import { ModelUnavailableError } from '../src/errors.ts';
import { ModelCircuit } from '../src/models/model.circuit.ts';
import { createModelGuard } from '../src/models/model.guard.ts';
import type { Model } from '../src/models/model.ts';
import { createOllamaModel } from '../src/models/ollama.model.ts';
import { createModelRequest } from './model.contract.ts';
import { startScriptedOllama } from './scripted.ollama.ts';

const times = { firstTokenMs: 10_000, silenceMs: 10_000, answerMs: 60_000 };

describe('a guarded model', () => {
  it('that falls silent counts as unavailable, and is told to stop', async () => {
    const never = new Promise(() => undefined);
    await using ollama = await startScriptedOllama(() => ['a', never]);
    const model = createOllamaModel('scripted', { url: ollama.url, contextTokens: 1_000 });
    const answer = await createModelGuard({ times: { ...times, silenceMs: 1_500 } })(model, createModelRequest());
    const read = async () => {
      for await (const _ of answer);
    };
    await expect(read()).rejects.toThrow('silent for 1.5 seconds');
    await ollama.hungUp;
  });

  it('that fails again and again is left alone for a while, and others are not', async () => {
    let asked = 0;
    const broken: Model = {
      id: 'broken',
      provider: 'test',
      probe: async () => ({ available: true, contextTokens: null }),
      // biome-ignore lint/correctness/useYield: it fails before it answers
      async *stream() {
        asked += 1;
        throw new ModelUnavailableError(broken, 'no memory.');
      },
    };
    const guard = createModelGuard({ times, circuit: new ModelCircuit({ failures: 3, pauseMs: 60_000 }) });
    for (let index = 0; index < 5; index += 1) {
      await expect(guard(broken, createModelRequest())).rejects.toMatchObject({ code: 'GENERATION_MODEL_UNAVAILABLE' });
    }
    expect(asked).toBe(3);
    await using ollama = await startScriptedOllama(() => ['a']);
    const other = createOllamaModel('scripted', { url: ollama.url, contextTokens: 1_000 });
    expect(await guard(other, createModelRequest())).toBeDefined();
  });

  it('that was stopped by its user has not failed', async () => {
    const never = new Promise(() => undefined);
    await using ollama = await startScriptedOllama(() => [never]);
    const model = createOllamaModel('scripted', { url: ollama.url, contextTokens: 1_000 });
    const guard = createModelGuard({ times, circuit: new ModelCircuit({ failures: 1 }) });
    const reason = new Error('cancelled');
    const abort = new AbortController();
    const asking = guard(model, createModelRequest({ signal: abort.signal }));
    abort.abort(reason);
    await expect(asking).rejects.toBe(reason);
    await expect(guard(model, createModelRequest({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });
});
