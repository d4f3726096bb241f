import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readJson } from '@vibecode/platform/http/request';
import type { RecordedAnswer, RecordedCase } from './corpus/case.ts';

/** Stands in recorded answers for the delimiter that the request asked for. */
export const DELIMITER = '§';

interface Asked {
  readonly model: string;
  readonly messages: readonly { readonly content: string }[];
}

/**
 * A server of the chat completions API and of Ollama's that sends recorded answers as they were, byte by byte: the model's name says
 * which. Asked for the second time, it sends the second answer of the case, where it has one.
 */
export async function startRecordedServer(cases: readonly RecordedCase[]) {
  const byName = new Map(cases.map((recorded) => [recorded.name, recorded]));
  const asked = new Map<string, Asked[]>();
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/models')) return sendJson(response, { data: [...byName.keys()].map((id) => ({ id })) });
    if (request.url === '/api/show') return sendJson(response, { capabilities: ['completion'], model_info: {} });
    const body = (await readJson(request, 10_000_000)) as Asked;
    const earlier = asked.get(body.model) ?? [];
    asked.set(body.model, [...earlier, body]);
    const { sends, again = sends } = byName.get(body.model)!;
    await sendAnswer(request, response, earlier.length === 0 ? sends : again, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What the model of a case was asked, in order. */
    findAsked: (name: string): readonly Asked[] => asked.get(name) ?? [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: RecordedAnswer,
  { messages }: Asked,
): Promise<void> {
  const delimiter = /<file-(\w+) path=/.exec(messages.at(-1)!.content)?.[1] ?? '';
  const toBytes = (text: string) => text.replaceAll(DELIMITER, delimiter);
  if (answer.breaksConnection === 'before') {
    request.socket.destroy();
    return;
  }
  response.writeHead(answer.status ?? 200, {
    'content-type': answer.contentType ?? (answer.ollama ? 'application/x-ndjson' : 'text/event-stream'),
    ...answer.headers,
  });
  for (const piece of toPieces(answer)) {
    const bytes = typeof piece === 'string' ? toBytes(piece) : piece;
    if (!response.write(bytes)) await new Promise((resolve) => response.once('drain', resolve));
    // Each piece is a chunk of its own at the client.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (answer.breaksConnection === 'after') response.destroy();
  else response.end();
}

/** What goes over the wire, as pieces that are sent one by one. */
function toPieces(answer: RecordedAnswer): readonly (string | Uint8Array)[] {
  if (answer.raw) return answer.raw;
  if (answer.ollama) return answer.ollama.map((value) => `${JSON.stringify(value)}\n`);
  const { deltas = [], finish = 'stop', usage = { prompt_tokens: 100, completion_tokens: 30 }, done = true } = answer;
  const toEvent = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  const toChoice = (delta: unknown, finish_reason: string | null) =>
    toEvent({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] });
  return [
    ...deltas.map((delta) => toChoice(typeof delta === 'string' ? { content: delta } : delta, null)),
    ...(finish === null ? [] : [toChoice({}, finish)]),
    ...(usage === null ? [] : [toEvent({ choices: [], usage })]),
    ...(done ? ['data: [DONE]\n\n'] : []),
  ];
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}
