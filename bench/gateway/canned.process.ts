// Stands in front of the subgraphs as cheaply as Node can: a request that came before is answered with the same bytes, without
// a parser or a stream. Takes the subgraphs' addresses as JSON and sends its own.

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

const urls = JSON.parse(process.argv[2] ?? '{}') as Readonly<Record<string, string>>;
const canned: Record<string, string> = {};
for (const [name, url] of Object.entries(urls)) {
  const answers = new Map<string, string>();
  const server = createServer((socket) => serve(socket, url, answers));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  canned[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}
process.send?.(canned);
process.on('disconnect', () => process.exit());

/** One connection, whose requests come one after the other. Texts are bytes here: `latin1`. */
function serve(socket: Socket, url: string, answers: Map<string, string>): void {
  let waiting = '';
  socket.setNoDelay(true);
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('data', async (chunk: string) => {
    waiting += chunk;
    const headEnd = waiting.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = Number(CONTENT_LENGTH.exec(waiting)?.[1] ?? 0);
    const bodyStart = headEnd + HEAD_END.length;
    if (waiting.length < bodyStart + length) return;
    const body = waiting.slice(bodyStart, bodyStart + length);
    waiting = waiting.slice(bodyStart + length);
    let answer = answers.get(body);
    if (answer === undefined) {
      answer = await ask(url, body);
      answers.set(body, answer);
    }
    socket.write(answer, 'latin1');
  });
}

async function ask(url: string, body: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(body, 'latin1'),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}${HEAD_END}`;
  return head + bytes.toString('latin1');
}
