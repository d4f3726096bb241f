import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import type { GraphQLRequest } from '../../src/request/message.ts';

export interface RawStream extends Disposable {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Resolves with the text once it holds. Rejects when the answer ends before that. */
  until(holds: (text: string) => boolean): Promise<string>;
  /** The same for a text, however much comes before it. */
  untilSeen(text: string): Promise<void>;
  /** The whole answer. */
  readonly end: Promise<string>;
  /** Reads no more, so that the network fills up. */
  pause(): void;
  resume(): void;
}

/** One request whose answer is read byte by byte, as it comes. */
export async function openStream(
  url: string,
  graphql: GraphQLRequest,
  { accept, method = 'POST', headers = {} }: { accept: string; method?: string; headers?: Record<string, string> },
): Promise<RawStream> {
  const target = new URL(url);
  if (method === 'GET') {
    for (const [name, value] of Object.entries(graphql)) {
      target.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  const request = requestHttp(target, {
    method,
    agent: false,
    headers: { accept, ...(method === 'POST' && { 'content-type': 'application/json' }), ...headers },
  });
  request.end(method === 'POST' ? JSON.stringify(graphql) : undefined);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  request.on('error', () => undefined);
  const chunks: string[] = [];
  const read = () => {
    if (chunks.length > 1) chunks.splice(0, chunks.length, chunks.join(''));
    return chunks[0] ?? '';
  };
  const seen = new Map<string, boolean>();
  let tail = '';
  let hasEnded = false;
  let looks: (() => void)[] = [];
  const lookAgain = () => {
    const waiting = looks;
    looks = [];
    for (const look of waiting) look();
  };
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    chunks.push(chunk);
    tail += chunk;
    for (const [needle, isSeen] of seen) seen.set(needle, isSeen || tail.includes(needle));
    tail = tail.slice(-100);
    lookAgain();
  });
  response.on('error', () => undefined);
  response.on('close', () => {
    hasEnded = true;
    lookAgain();
  });
  const wait = async (holds: () => boolean): Promise<void> => {
    while (!holds()) {
      if (hasEnded) throw new Error(`The answer ended with ${JSON.stringify(read().slice(-500))}`);
      await new Promise<void>((resolve) => looks.push(resolve));
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    async until(holds) {
      await wait(() => holds(read()));
      return read();
    },
    untilSeen(text) {
      seen.set(text, read().includes(text));
      return wait(() => seen.get(text) === true);
    },
    end: new Promise((resolve) => response.once('close', () => resolve(read()))),
    pause: () => response.pause(),
    resume: () => response.resume(),
    [Symbol.dispose]: () => request.destroy(),
  };
}

/** A format in which results are streamed over HTTP. */
export interface Wire {
  readonly name: string;
  readonly accept: string;
  readonly contentType: string;
  readonly heartbeat: string;
  /** The results in the text so far. */
  parse(text: string): unknown[];
  readonly end: string;
}

export const sse: Wire = {
  name: 'server-sent events',
  accept: 'text/event-stream',
  contentType: 'text/event-stream; charset=utf-8',
  heartbeat: ':\n\n',
  parse: (text) => [...text.matchAll(/^event: next\ndata: (.*)\n\n/gm)].map(([, json]) => JSON.parse(json as string)),
  end: 'event: complete\ndata:\n\n',
};

export const multipart: Wire = {
  name: 'multipart',
  accept: 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/graphql-response+json',
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  heartbeat: '\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql',
  parse: (text) =>
    parseParts(text).flatMap((part) => ('payload' in part ? [part.payload ?? { errors: part.errors }] : [])),
  end: '\r\n--graphql--\r\n',
};

/** The whole parts in the text so far. */
export function parseParts(text: string): Record<string, unknown>[] {
  return text
    .split('\r\n--graphql')
    .slice(1, -1)
    .map((part) => JSON.parse(part.slice(part.indexOf('\r\n\r\n'))));
}
