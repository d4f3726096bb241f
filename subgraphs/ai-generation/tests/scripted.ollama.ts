import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readJson } from '@vibecode/platform/http/request';

/** One answer: its pieces, each sent as a chunk. A promise among them holds the answer back until it resolves. */
export type ScriptedAnswer = readonly (string | Promise<unknown>)[];

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly images?: readonly string[];
  }[];
  readonly options: { readonly num_predict: number };
}

/**
 * A server that speaks Ollama's protocol and answers by script: for what a real model cannot be made to do at will. The driver that
 * talks to it is the real one.
 */
export async function startScriptedOllama(
  script: (request: ChatRequest) => ScriptedAnswer,
  models: readonly string[] = ['scripted'],
) {
  const requests: ChatRequest[] = [];
  const hungUp = Promise.withResolvers<void>();
  let chatStatus = 200;
  const server = createServer(async (request, response) => {
    const body = request.method === 'POST' ? await readJson(request, 10_000_000) : null;
    if (request.url === '/api/tags') return send(response, { models: models.map((name) => ({ name, model: name })) });
    if (request.url === '/api/show') {
      const { model } = body as { model: string };
      const sees = model.startsWith('seeing');
      const contextTokens = model.startsWith('large') ? 65_536 : 8_192;
      const capabilities = ['completion', ...(sees ? ['vision'] : [])];
      return send(response, { capabilities, model_info: { 'llama.context_length': contextTokens } });
    }
    const chat = body as ChatRequest;
    requests.push(chat);
    if (chatStatus !== 200) {
      response.statusCode = chatStatus;
      return send(response, { error: 'The server is overloaded.' });
    }
    response.on('close', () => response.writableFinished || hungUp.resolve());
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    let tokens = 0;
    for (const piece of script(chat)) {
      if (typeof piece !== 'string') await piece;
      else if (response.destroyed) return;
      else {
        tokens += 1;
        response.write(`${JSON.stringify({ message: { role: 'assistant', content: piece }, done: false })}\n`);
      }
    }
    const end = { done: true, done_reason: 'stop', prompt_eval_count: 100, eval_count: tokens };
    response.end(`${JSON.stringify({ message: { role: 'assistant', content: '' }, ...end })}\n`);
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    /** Breaks every connection, and refuses new ones until it is back. */
    goAway: close,
    comeBack: () => listen(port),
    /** Answers every chat with a status from now on. */
    answerChatsWith(status: number) {
      chatStatus = status;
    },
    /** Resolves when a client has left in the middle of an answer. */
    hungUp: hungUp.promise,
    [Symbol.asyncDispose]: close,
  };
}

function send(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

export type ScriptedOllama = Awaited<ReturnType<typeof startScriptedOllama>>;
