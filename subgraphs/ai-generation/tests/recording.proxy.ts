import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** A proxy in front of a provider that notices when a client hangs up in the middle of an answer, and hangs up as well. */
export async function startRecordingProxy(target: string) {
  const cancelled = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const abort = new AbortController();
    response.on('close', () => {
      if (response.writableFinished) return;
      abort.abort();
      cancelled.resolve();
    });
    try {
      const answer = await fetch(new URL(request.url ?? '/', target), {
        method: request.method,
        headers: { 'content-type': 'application/json' },
        body: request.method === 'POST' ? Readable.toWeb(request) : undefined,
        duplex: 'half',
        signal: abort.signal,
      } as RequestInit);
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      for await (const chunk of answer.body ?? []) response.write(chunk);
      response.end();
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cancelled: cancelled.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
