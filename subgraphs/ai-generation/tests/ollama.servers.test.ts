import { createServer } from 'node:net';
import { createModelGuard } from '../src/models/model.guard.ts';
import type { Model, ModelChunk } from '../src/models/model.ts';
import { OllamaServers } from '../src/models/ollama.servers.ts';
import { createModelRequest } from './model.contract.ts';
import { startScriptedOllama } from './scripted.ollama.ts';

const NOWHERE = 'http://127.0.0.1:1';
const contextTokens = 4_096;

async function read(answer: AsyncIterable<ModelChunk>): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += chunk.text;
  return text;
}

const ask = (model: Model) => read(model.stream(createModelRequest()));

/** Servers that answer with their number, and hold an answer back until they may give it. */
async function startServers(owned: AsyncDisposableStack, models: readonly (readonly string[])[]) {
  const gate = Promise.withResolvers<void>();
  const started = await Promise.all(
    models.map((names, index) => startScriptedOllama(() => [`${index}`, gate.promise, '!'], [...names])),
  );
  for (const server of started) owned.use(server);
  return { started, urls: started.map(({ url }) => url), release: () => gate.resolve() };
}

describe('several Ollamas', () => {
  it('offer what any of them has, each model once', async () => {
    await using owned = new AsyncDisposableStack();
    const { urls } = await startServers(owned, [
      ['a', 'b'],
      ['b', 'c'],
    ]);
    const models = await new OllamaServers({ urls: [...urls, NOWHERE], contextTokens }).find();
    expect(models.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(await models[1]?.probe()).toEqual({ available: true, contextTokens });
  });

  it('cannot be told what they have when none answers', async () => {
    const servers = new OllamaServers({ urls: [NOWHERE, NOWHERE], contextTokens });
    await expect(servers.find()).rejects.toMatchObject({ code: 'GENERATION_MODEL_UNAVAILABLE' });
    expect(await servers.named('a').probe()).toEqual({ available: false, contextTokens: null });
    await expect(ask(servers.named('a'))).rejects.toMatchObject({ code: 'GENERATION_MODEL_UNAVAILABLE' });
  });

  it('share the load, and one at a time stays where the model is loaded', async () => {
    await using owned = new AsyncDisposableStack();
    const { started, urls, release } = await startServers(owned, [['m'], ['m'], ['m']]);
    const servers = new OllamaServers({ urls, contextTokens });
    const answers = Array.from({ length: 9 }, () => ask(servers.named('m')));
    while (started.some(({ requests }) => requests.length < 3)) await new Promise(setImmediate);
    expect(started.map(({ requests }) => requests.length)).toEqual([3, 3, 3]);
    release();
    expect((await Promise.all(answers)).sort()).toEqual(['0!', '0!', '0!', '1!', '1!', '1!', '2!', '2!', '2!']);
    const last = await ask(servers.named('m'));
    for (let round = 0; round < 3; round += 1) expect(await ask(servers.named('m'))).toBe(last);
  });

  it('answer for one that is away or has lost the model, until it is back', async () => {
    await using owned = new AsyncDisposableStack();
    let now = 0;
    const { started, urls, release } = await startServers(owned, [['m']]);
    release();
    const servers = new OllamaServers({ urls: [NOWHERE, ...urls], contextTokens, now: () => now });
    const model = servers.named('m');
    expect(await Promise.all(Array.from({ length: 4 }, () => ask(model)))).toEqual(['0!', '0!', '0!', '0!']);
    expect(await model.probe()).toEqual({ available: true, contextTokens });
    now += 60_000;
    expect(await ask(model)).toBe('0!');
    expect(started[0]?.requests).toHaveLength(5);
  });

  it('never begin an answer again that has begun', async () => {
    await using owned = new AsyncDisposableStack();
    const { urls, release } = await startServers(owned, [['m']]);
    release();
    const cut = owned.use(await startCutServer());
    const model = new OllamaServers({ urls: [cut.url, ...urls], contextTokens }).named('m');
    const chunks: string[] = [];
    const reading = (async () => {
      for await (const chunk of model.stream(createModelRequest())) chunks.push(chunk.text);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'GENERATION_MODEL_UNAVAILABLE' });
    expect(chunks).toEqual(['half']);
    expect(await ask(model)).toBe('0!');
  });

  it('leave one alone for a while that does not begin to answer', async () => {
    await using owned = new AsyncDisposableStack();
    const { urls, release } = await startServers(owned, [['m']]);
    release();
    const silent = owned.use(await startScriptedOllama(() => [new Promise(() => undefined)], ['m']));
    const model = new OllamaServers({ urls: [silent.url, ...urls], contextTokens }).named('m');
    const guard = createModelGuard({ times: { firstTokenMs: 300, silenceMs: 10_000, answerMs: 60_000 } });
    await expect(guard(model, createModelRequest())).rejects.toMatchObject({ code: 'GENERATION_MODEL_UNAVAILABLE' });
    expect(await read(await guard(model, createModelRequest()))).toBe('0!');
    expect(silent.requests).toHaveLength(1);
  });

  it('stop when the one who asked leaves', async () => {
    await using owned = new AsyncDisposableStack();
    const { started, urls } = await startServers(owned, [['m'], ['m']]);
    const model = new OllamaServers({ urls, contextTokens }).named('m');
    const stop = new AbortController();
    const answer = model.stream(createModelRequest({ signal: stop.signal }))[Symbol.asyncIterator]();
    await answer.next();
    stop.abort(new Error('enough'));
    await expect(answer.next()).rejects.toThrow('enough');
    await Promise.race(started.map(({ hungUp }) => hungUp));
    expect(started.map(({ requests }) => requests.length)).toEqual([1, 0]);
  });
});

/** Ollama's protocol by hand: one piece of an answer, and then no more. */
async function startCutServer() {
  const server = createServer((socket) => {
    socket.once('data', (request) => {
      const isChat = request.includes('/api/chat');
      const body = isChat
        ? `${JSON.stringify({ message: { role: 'assistant', content: 'half' }, done: false })}\n`
        : JSON.stringify({ capabilities: ['completion'], model_info: { 'a.context_length': contextTokens } });
      const length = isChat ? 1_000 : body.length;
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`);
      socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
