import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordingProxy extends AsyncDisposable {
  readonly url: string;
  /** The body of the last request for an answer. */
  lastChat(): string;
}

/** Passes everything on to an Ollama and remembers what it was asked for, so that the same can be asked again without the platform. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  let last: string | null = null;
  const server = createServer((incoming, outgoing) => {
    const body: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => body.push(chunk));
    const onward = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.on('end', () => {
      if (incoming.url === '/api/chat') last = Buffer.concat(body).toString('utf8');
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    lastChat() {
      if (last === null) throw new Error('Ollama was not asked for an answer yet.');
      return last;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
