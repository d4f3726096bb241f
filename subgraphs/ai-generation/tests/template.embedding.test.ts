import { EmbedderUnavailableError } from '../src/errors.ts';
import { startTemplateEmbedding } from '../src/template.embedding.ts';
import { templates } from './generation.fixture.ts';
import {
  createInstance,
  createRecordedLog,
  createTemplates,
  createWordEmbedder,
  startTemplates,
} from './search.fixture.ts';

const QUERY = 'a game with a snake';

/** Two dimensions for any text; `answer` may throw, or wait, before it gives them. */
function createEmbedder(id: string, answer: (texts: readonly string[], signal?: AbortSignal) => Promise<void> | void) {
  return {
    id,
    async embed(texts: readonly string[], signal?: AbortSignal) {
      await answer(texts, signal);
      return texts.map(() => [0.6, 0.8]);
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

describe('the embedding of templates', () => {
  it('ends with a model too slow for large batches and two instances at once, each template embedded once', async () => {
    const sources = createTemplates(39);
    await using database = await startTemplates(sources);
    const embedded: string[] = [];
    const slow = createEmbedder('slow', async (texts, signal) => {
      if (texts.length > 4) await untilAborted(signal!);
      embedded.push(...texts.filter((text) => text !== 'probe'));
    });
    const instances = [1, 2].map(() => createInstance(database.orm, { configured: [slow] }));
    await Promise.all(instances.map((instance) => instance.embed({ batchTimeoutMs: 100 })));
    expect(await database.countVectors('slow')).toBe(sources.length);
    expect(embedded).toHaveLength(sources.length);
    expect(new Set(embedded).size).toBe(sources.length);
  });

  it('keeps what a stopped instance has saved, and another goes on from there', async () => {
    const sources = createTemplates(100);
    await using database = await startTemplates(sources);
    const stop = new AbortController();
    let batches = 0;
    const stopped = createEmbedder('model', (texts) => {
      if (texts.length > 1) batches += 1;
      if (batches === 3) stop.abort(new Error('stopped'));
      stop.signal.throwIfAborted();
    });
    await expect(createInstance(database.orm, { configured: [stopped] }).embed({ stop: stop.signal })).rejects.toThrow(
      'stopped',
    );
    const saved = await database.countVectors('model');
    expect(saved).toBe(64);
    let rest = 0;
    const other = createEmbedder('model', (texts) => {
      rest += texts.length;
    });
    await createInstance(database.orm, { configured: [other] }).embed();
    expect(await database.countVectors('model')).toBe(sources.length);
    // And the probe.
    expect(rest).toBe(sources.length - saved + 1);
  });

  it('saves nothing once another instance has taken over', async () => {
    await using database = await startTemplates(createTemplates(10));
    const robbed = createEmbedder('model', async (texts) => {
      if (texts.length === 1) return;
      await database.orm.em.fork().execute('update ai_generation.embedding_space set lease_owner = gen_random_uuid()');
    });
    await createInstance(database.orm, { configured: [robbed] }).embed();
    expect(await database.countVectors('model')).toBe(0);
  });

  it('goes round a text that the model refuses', async () => {
    const sources = createTemplates(70);
    await using database = await startTemplates(sources);
    const picky = createEmbedder('picky', (texts) => {
      if (texts.some((text) => text.startsWith('Template 33\n')))
        throw new EmbedderUnavailableError('picky', 'status 400');
    });
    const { log, lines } = createRecordedLog();
    await createInstance(database.orm, { configured: [picky], log }).embed();
    expect(await database.countVectors('picky')).toBe(sources.length - 1);
    expect(lines.filter(({ level }) => level === 'WARN')).toHaveLength(1);
  });

  it('aborts the current batch when it stops', async () => {
    await using database = await startTemplates(createTemplates(3));
    const { promise: working, resolve: setWorking } = Promise.withResolvers<void>();
    const hanging = createEmbedder('hanging', async (texts, signal) => {
      if (texts.length === 1) return;
      setWorking();
      await untilAborted(signal!);
    });
    const { embedders } = createInstance(database.orm, { configured: [hanging] });
    const { log } = createRecordedLog();
    {
      await using _embedding = startTemplateEmbedding({ orm: database.orm, embedders, log });
      await working;
    }
    const next = createEmbedder('hanging', () => {});
    await createInstance(database.orm, { configured: [next] }).embed();
    expect(await database.countVectors('hanging')).toBe(3);
  });
});

describe('a changed embedder', () => {
  const old = () => createWordEmbedder('old', ['snake', 'python']);

  it('leaves the old vectors serving until it holds enough templates, and then serves', async () => {
    await using database = await startTemplates(templates);
    const before = old();
    await createInstance(database.orm, { configured: [before.embedder] }).embed();
    const after = createWordEmbedder('new', ['snake', 'python', 'rest']);
    let stuck = true;
    const halting = {
      id: 'new',
      embed: (texts: readonly string[], signal?: AbortSignal) => {
        if (stuck && texts.length > 1) return Promise.reject(new EmbedderUnavailableError('new', 'too busy'));
        if (stuck && texts[0]!.startsWith('REST'))
          return Promise.reject(new EmbedderUnavailableError('new', 'too busy'));
        return after.embedder.embed(texts, signal);
      },
    };
    const create = (id: string) => (id === 'old' ? before.embedder : null);
    const instance = createInstance(database.orm, { configured: [halting], create });
    await instance.embed();
    expect(await database.countVectors('new')).toBe(2);
    const queries = ({ calls }: typeof after) => calls.flat().filter((text) => text === QUERY).length;
    expect((await instance.find(QUERY))[0]).toBe('Snake game');
    expect([queries(before), queries(after)]).toEqual([1, 0]);

    stuck = false;
    await instance.embed();
    expect((await instance.find(QUERY))[0]).toBe('Snake game');
    expect([queries(before), queries(after)]).toEqual([1, 1]);
  });

  it('may have other dimensions under the same name', async () => {
    await using database = await startTemplates(templates);
    await createInstance(database.orm, { configured: [old().embedder] }).embed();
    const larger = createWordEmbedder('old', ['snake', 'python', 'rest']);
    const instance = createInstance(database.orm, { configured: [larger.embedder] });
    // Neither the vectors of two dimensions nor an error: words.
    expect((await instance.find(QUERY))[0]).toBe('Snake game');
    await instance.embed();
    expect(await database.countVectors('old')).toBe(2 * templates.length);
    expect((await instance.find(QUERY))[0]).toBe('Snake game');
  });

  it('is used again when it comes back, without a restart, and its outage is logged once', async () => {
    await using database = await startTemplates(templates);
    const { embedder, calls } = createWordEmbedder('remote', ['snake', 'python']);
    let away = true;
    let nowMs = 0;
    const remote = {
      id: 'remote',
      embed: (texts: readonly string[]) =>
        away ? Promise.reject(new EmbedderUnavailableError('remote', 'connection refused')) : embedder.embed(texts),
    };
    const { log, lines } = createRecordedLog();
    const instance = createInstance(database.orm, { configured: [remote], log, now: () => nowMs, pauseMs: 15_000 });
    await instance.embed();
    for (const _ of [1, 2, 3]) {
      expect((await instance.find(QUERY))[0]).toBe('Snake game');
      await instance.embed();
    }
    expect(lines.map(({ action, level }) => [action, level])).toEqual([['embedder.away', 'WARN']]);
    away = false;
    nowMs = 60_000;
    await instance.embed();
    await instance.find(QUERY);
    expect(calls.flat()).toContain(QUERY);
    expect(lines.map(({ action }) => action)).toEqual(['embedder.away', 'embedder.back', 'templates.embedded']);
  });
});
