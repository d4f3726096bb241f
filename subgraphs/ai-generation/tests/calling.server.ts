import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readJson } from '@vibecode/platform/http/request';
import type { Model } from '../src/models/model.ts';
import { createOllamaModel } from '../src/models/ollama.model.ts';
import { createOpenAiModel } from '../src/models/openai.model.ts';
import { OpenAiServer } from '../src/models/openai.server.ts';

interface Call {
  readonly name: string;
  readonly arguments: unknown;
}
export type Said = string | readonly Call[];
export interface Asked {
  readonly messages: readonly Record<string, unknown>[];
  readonly tool_choice?: string;
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/** A server of both APIs that answers each request with the next of the answers, the last one again and again. */
export async function startCallingServer(answers: readonly (readonly Said[])[], { status = 200 } = {}) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return response.end('{"data":[{"id":"calling"}]}');
    if (request.url === '/api/show') return response.end('{"capabilities":["completion","tools"],"model_info":{}}');
    const body = (await readJson(request, 10_000_000)) as Asked;
    if (status !== 200 && body.tools) {
      response.writeHead(status, { 'content-type': 'application/json' });
      return response.end('{"error":{"message":"\\"auto\\" tool choice requires --enable-auto-tool-choice"}}');
    }
    const answer = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push(body);
    return response.end(request.url === '/api/chat' ? toOllama(answer) : toCompletion(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    models: {
      ollama: createOllamaModel('calling', { url, contextTokens: 8_000 }),
      openai: createOpenAiModel('calling', { server: new OpenAiServer({ apiKey: 'any', baseUrl: `${url}/v1` }) }),
    } satisfies Record<string, Model>,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toOllama(answer: readonly Said[]): string {
  const lines = answer.map((said) => ({
    message:
      typeof said === 'string'
        ? { role: 'assistant', content: said }
        : { role: 'assistant', content: '', tool_calls: said.map((called) => ({ function: called })) },
    done: false,
  }));
  const end = {
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 100,
    eval_count: 10,
  };
  return [...lines, end].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Arguments come in two pieces, as OpenAI sends them, and all calls under one index, as Gemini does. */
function toCompletion(answer: readonly Said[]): string {
  const deltas = answer.flatMap((said): readonly object[] =>
    typeof said === 'string'
      ? [{ content: said }]
      : said.flatMap((called, index) => {
          const text = typeof called.arguments === 'string' ? called.arguments : JSON.stringify(called.arguments);
          const id = `of-${called.name}-${index}`;
          return [
            {
              tool_calls: [
                { index: 0, id, type: 'function', function: { name: called.name, arguments: text.slice(0, 5) } },
              ],
            },
            { tool_calls: [{ index: 0, function: { arguments: text.slice(5) } }] },
          ];
        }),
  );
  const called = answer.some((said) => typeof said !== 'string');
  const chunks = [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason: called ? 'tool_calls' : 'stop' }] },
    { choices: [], usage: { prompt_tokens: 100, completion_tokens: 10 } },
  ];
  return `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
}
