import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { createLog, type Logger } from '@vibecode/platform/log';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An HTTP server that takes whatever is posted to it. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** Waits until something received is as the caller wants it. */
  until(holds: (received: readonly Received[]) => boolean): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const isZipped = request.headers['content-encoding'] === 'gzip';
    received.push({
      path: request.url ?? '',
      headers: request.headers,
      body: isZipped ? gunzipSync(body) : body,
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    for (const look of waiting.splice(0)) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async until(holds) {
      while (!holds(received)) await new Promise<void>((resolve) => waiting.push(resolve));
      waiting = [];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Line = Readonly<Record<string, unknown>>;

/** A log whose lines tests read, and wait for. */
export function createTestLog(level = 'info'): {
  readonly log: Logger;
  readonly lines: Line[];
  until(holds: (line: Line) => boolean): Promise<Line>;
} {
  const lines: Line[] = [];
  let waiting: (() => void)[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      for (const look of waiting.splice(0)) look();
      done();
    },
  });
  return {
    log: createLog({ service: 'gateway', level, destination }),
    lines,
    async until(holds) {
      for (;;) {
        const found = lines.find(holds);
        if (found) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
        waiting = [];
      }
    },
  };
}

/** Series of Prometheus' text format, `name{labels}` to value. */
export function parseMetrics(text: string): ReadonlyMap<string, number> {
  const samples = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** A span as a receiver of OTLP got it. */
export interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface OtlpSpan extends Omit<Span, 'attributes'> {
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

export function spansOf({ received }: Receiver): Span[] {
  return received
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ body }) => JSON.parse(body.toString()).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }): OtlpSpan[] => spans)
    .map((span) => ({
      ...span,
      attributes: Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
    }));
}
