import { GuardedEmbedder } from '../src/embedders/embedder.guard.ts';
import { createEmbedderRegistry } from '../src/embedders/embedder.registry.ts';
import { parseAiGenerationEnv } from '../src/env.ts';
import { createRecordedLog } from './search.fixture.ts';

const { signal } = new AbortController();

function createGuard(embed: (texts: readonly string[], signal?: AbortSignal) => Promise<number[][]>) {
  let nowMs = 0;
  let calls = 0;
  const { log, lines } = createRecordedLog();
  const counted = (texts: readonly string[], callSignal?: AbortSignal) => {
    calls += 1;
    return embed(texts, callSignal);
  };
  const options = { log, pauseMs: 1_000, queryTimeoutMs: 50, now: () => nowMs };
  const guard = new GuardedEmbedder({ id: 'model', embed: counted }, options);
  return {
    guard,
    countCalls: () => calls,
    passTime: (ms: number) => {
      nowMs += ms;
    },
    actions: () => lines.map(({ action }) => action),
  };
}

const refused = () => Promise.reject(new Error('connection refused'));

describe('a guarded embedder', () => {
  it('is left alone for a pause after a failure, and then asked by one search', async () => {
    const { guard, countCalls, passTime, actions } = createGuard(refused);
    await expect(guard.embedQuery('text', signal)).rejects.toThrow('connection refused');
    await expect(guard.embedQuery('text', signal)).rejects.toThrow('failed less than 1 seconds ago');
    expect(countCalls()).toBe(1);
    passTime(1_000);
    const both = await Promise.allSettled([guard.embedQuery('text', signal), guard.embedQuery('text', signal)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(countCalls()).toBe(2);
    expect(actions()).toEqual(['embedder.away']);
  });

  it('does not hold up a search for longer than its limit when it is silent', async () => {
    const { guard } = createGuard(
      (_texts, callSignal) =>
        new Promise((_, reject) => callSignal!.addEventListener('abort', () => reject(callSignal!.reason))),
    );
    await expect(guard.embedQuery('text', signal)).rejects.toMatchObject({
      code: 'GENERATION_EMBEDDER_UNAVAILABLE',
      message: expect.stringContaining('no answer within 50 ms'),
    });
  });

  it('does not take a caller that gives up for an outage', async () => {
    const { guard, actions } = createGuard(async (_texts, callSignal) => {
      callSignal!.throwIfAborted();
      return [[1]];
    });
    const reason = new Error('not wanted any more');
    await expect(guard.embedQuery('text', AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(actions()).toEqual([]);
    expect(await guard.embedQuery('text', signal)).toEqual([1]);
  });

  it('does not take a failed batch for an outage', async () => {
    const { guard, actions } = createGuard((texts) => (texts.length > 1 ? refused() : Promise.resolve([[1]])));
    await expect(guard.embed(['one', 'two'])).rejects.toThrow('connection refused');
    expect(await guard.embedQuery('text', signal)).toEqual([1]);
    expect(actions()).toEqual([]);
  });
});

describe('the embedders of the settings', () => {
  const configure = (env: Record<string, string>) => {
    const recorded = createRecordedLog();
    return { ...recorded, embedders: createEmbedderRegistry(parseAiGenerationEnv(env), recorded.log) };
  };
  const ids = (env: Record<string, string>) => configure(env).embedders.configured.map(({ id }) => id);

  it('are those asked for by name alone, or Ollama and hashing', () => {
    expect(ids({})).toEqual(['ollama/nomic-embed-text', 'hashing-2-768']);
    expect(ids({ EMBEDDING_MODEL: 'all-minilm' })).toEqual(['ollama/all-minilm']);
    expect(ids({ OPENAI_EMBEDDING_MODEL: 'small', OPENAI_API_KEY: 'key' })).toEqual(['openai/small']);
  });

  it('warn of an absent one that was asked for by name, and only mention one that was not', async () => {
    for (const [env, level] of [
      [{}, 'INFO'],
      [{ EMBEDDING_MODEL: 'all-minilm' }, 'WARN'],
    ] as const) {
      const { embedders, lines } = configure({ ...env, OLLAMA_URL: 'http://127.0.0.1:1' });
      expect(await embedders.configured[0]!.probe(signal)).toBeNull();
      expect(lines.map((line) => [line.action, line.level])).toEqual([['embedder.away', level]]);
    }
  });

  it('find those of earlier settings, where the present ones say how to reach them', () => {
    const { embedders } = configure({ EMBEDDING_MODEL: 'all-minilm' });
    for (const id of ['ollama/hf.co/org/model:q4', 'hashing-2-768', 'ollama/all-minilm'])
      expect(embedders.find(id)!.id).toBe(id);
    for (const id of ['openai/small', 'hashing-768', 'unknown']) expect(embedders.find(id)).toBeNull();
  });
});
