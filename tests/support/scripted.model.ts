import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A server of the chat completions API whose answers a test dictates, token by token. */
export interface ScriptedModel extends AsyncDisposable {
  /** What `npm start` has to know of it. */
  readonly env: NodeJS.ProcessEnv;
  /** Resolves with the answer to the next prompt, open to be dictated. */
  nextAnswer(): Promise<ScriptedAnswer>;
}

interface ScriptedAnswer {
  /** What the platform asked, as the chat completions API has it. */
  readonly request: { readonly model: string; readonly messages: readonly { role: string; content: unknown }[] };
  say(text: string): void;
  end(): void;
  /** Resolves when the platform has hung up. */
  readonly closed: Promise<void>;
}

const MODEL = 'scripted';

/** The text of the last message: what the platform asked for. */
export function toAskedText({ request }: Pick<ScriptedAnswer, 'request'>): string {
  return String(request.messages.at(-1)?.content ?? '');
}

interface ScriptedModelOptions {
  /** The name of a second model that takes images. Default: there is none. */
  readonly seeing?: string;
}

export async function startScriptedModel({ seeing }: ScriptedModelOptions = {}): Promise<ScriptedModel> {
  const waiting: ((answer: ScriptedAnswer) => void)[] = [];
  const come: ScriptedAnswer[] = [];
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      request.resume();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: request.url?.split('/').at(-1), object: 'model' }));
      return;
    }
    void json(request).then((asked) => {
      const answer = { ...toAnswer(response), request: asked as ScriptedAnswer['request'] };
      const next = waiting.shift();
      if (next) next(answer);
      else come.push(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      OPENAI_API_KEY: 'none',
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      OPENAI_MODELS: seeing ? `${MODEL},${seeing}` : MODEL,
      ...(seeing && { OPENAI_VISION_MODELS: seeing }),
      OPENAI_CONTEXT_TOKENS: '32000',
    },
    nextAnswer() {
      const answer = come.shift();
      return answer ? Promise.resolve(answer) : new Promise((resolve) => waiting.push(resolve));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toAnswer(response: ServerResponse): Omit<ScriptedAnswer, 'request'> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (choice: object) =>
    response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices: [choice] })}\n\n`);
  return {
    say: (content) => void send({ index: 0, delta: { content }, finish_reason: null }),
    end() {
      send({ index: 0, delta: {}, finish_reason: 'stop' });
      response.end('data: [DONE]\n\n');
    },
    closed: new Promise((resolve) => response.once('close', resolve)),
  };
}
