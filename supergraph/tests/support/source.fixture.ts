import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { createLog, type Logger } from '@vibecode/platform/log';
import { parse } from 'graphql';
import { FEDERATION } from './test.graph.ts';

/** A log that tests wait on. */
export interface ObservedLog {
  readonly log: Logger;
  readonly lines: readonly string[];
  /** Settles when a line, written already or later, holds the text; with a count, when so many do. */
  until(text: string, count?: number): Promise<string>;
}

export function observeLog(level = 'info'): ObservedLog {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const write = (line: string): void => {
    lines.push(line);
    for (const look of [...waiting]) look();
  };
  return {
    log: createLog({ service: 'test', level, destination: { write } }),
    lines,
    until: (text, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          const line = lines.filter((candidate) => candidate.includes(text))[count - 1];
          if (line === undefined) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        look();
      }),
  };
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
}

export async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<TestServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    answer(request, response, Buffer.concat(chunks).toString());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A supergraph of one subgraph whose root fields have these names. */
export function composeFields(url: string, ...names: string[]): string {
  const fields = names.map((name) => `${name}: String`).join(' ');
  const { supergraphSdl, errors } = composeServices([
    { name: 'greeter', url, typeDefs: parse(`${FEDERATION} type Query { ${fields} }`) },
  ]);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

/** Answers every root field that is asked with its own name. */
export function startEcho(): Promise<TestServer> {
  return startServer((_request, response, body) => {
    const { query } = JSON.parse(body) as { query: string };
    const [, selection = ''] = /\{([^}]*)\}/.exec(query) ?? [];
    const data = Object.fromEntries(
      selection
        .trim()
        .split(/\s+/)
        .map((name) => [name, name]),
    );
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data }));
  });
}

export async function createFolder() {
  const path = await mkdtemp(join(tmpdir(), 'gateway-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

export async function ask(url: string, query: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data?: unknown; errors?: { message: string; extensions: { code: string } }[] };
}
