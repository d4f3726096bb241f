import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { startEdgeGraph } from './edge.fixture.ts';

const greeter: TestSubgraph = {
  name: 'greeter',
  sdl: `${FEDERATION}\ntype Query { hello: String secret: String }\ntype Mutation { change: String }`,
  resolvers: { Query: { hello: () => 'hi', secret: () => 'S' }, Mutation: { change: () => 'done' } },
};
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const persisted = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

async function send(url: string, body: object, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as { data?: unknown; errors?: { message: string; extensions: { code: string } }[] };
}
const codeOf = async (answer: ReturnType<typeof send>) => (await answer).errors?.[0]?.extensions.code;

describe('automatic persisted queries', () => {
  it('are registered by their hash, and asked for by it alone', async () => {
    await using graph = await startEdgeGraph('', [greeter]);
    const query = '{ hello }';
    const extensions = persisted(hash(query));
    expect(await send(graph.url, { extensions })).toEqual({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    expect(await send(graph.url, { query, extensions })).toEqual({ data: { hello: 'hi' } });
    expect(await send(graph.url, { extensions })).toEqual({ data: { hello: 'hi' } });
    expect(await codeOf(send(graph.url, { query: '{ secret }', extensions }))).toBe('PERSISTED_QUERY_HASH_MISMATCH');
  });

  it('change nothing by GET, though the text does not come with it', async () => {
    await using graph = await startEdgeGraph('', [greeter]);
    const query = 'mutation { change }';
    const extensions = persisted(hash(query));
    await send(graph.url, { query, extensions });
    const answer = await fetch(`${graph.url}?extensions=${encodeURIComponent(JSON.stringify(extensions))}`, {
      headers: { 'content-type': 'application/json' },
    });
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
  });

  it('are unknown where they are switched off', async () => {
    await using graph = await startEdgeGraph('apq: { enabled: false }\n', [greeter]);
    expect(await codeOf(send(graph.url, { extensions: persisted(hash('{ hello }')) }))).toBe('BAD_REQUEST');
  });
});

describe('a safelist', () => {
  const operations = [
    { id: 'one', name: 'Hello', type: 'query', body: 'query Hello {\n  hello\n}' },
    { id: 'two', name: 'Secret', type: 'query', body: 'query Secret { secret }', clientName: 'inside' },
  ];
  async function start(safelist: string, more = '') {
    const folder = await mkdtemp(join(tmpdir(), 'manifest-'));
    const manifest = join(folder, 'manifest.json');
    const write = (list: object[]) =>
      writeFile(manifest, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations: list }));
    await write(operations);
    const lines: string[] = [];
    let heard: () => unknown = () => null;
    const log = pino(
      {},
      {
        write(line: string) {
          lines.push(line);
          heard();
        },
      },
    );
    const config = `apq: { enabled: false }\npersisted_queries:\n  enabled: true\n  local_manifests: ['${manifest}']\n  safelist: ${safelist}\n${more}`;
    const graph = await startEdgeGraph(config, [greeter], { log });
    return {
      url: graph.url,
      lines,
      write,
      manifest,
      logged: (text: string) =>
        new Promise<void>((resolve) => {
          heard = () => lines.some((line) => line.includes(text)) && resolve();
          heard();
        }),
      async [Symbol.asyncDispose]() {
        await graph[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    };
  }

  it('lets through what manifests list, by id or by text, and nothing else', async () => {
    await using graph = await start('{ enabled: true }');
    expect(await send(graph.url, { extensions: persisted('one') })).toEqual({ data: { hello: 'hi' } });
    expect(await send(graph.url, { query: '# hello\nquery Hello{hello}' })).toEqual({ data: { hello: 'hi' } });
    expect(await codeOf(send(graph.url, { query: '{ hello }' }))).toBe('QUERY_NOT_IN_SAFELIST');
    expect(await codeOf(send(graph.url, { query: 'query Hello { hello secret }' }))).toBe('QUERY_NOT_IN_SAFELIST');
    expect(await codeOf(send(graph.url, { extensions: persisted('three') }))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
  });

  it('tells clients apart by name', async () => {
    await using graph = await start('{ enabled: true }', 'telemetry: { apollo: { client_name_header: X-Client } }\n');
    expect(await codeOf(send(graph.url, { extensions: persisted('two') }))).toBe('PERSISTED_QUERY_NOT_IN_LIST');
    expect(await send(graph.url, { extensions: persisted('two') }, { 'x-client': 'inside' })).toEqual({
      data: { secret: 'S' },
    });
  });

  it('may ask for ids only', async () => {
    await using graph = await start('{ enabled: true, require_id: true }');
    expect(await codeOf(send(graph.url, { query: 'query Hello { hello }' }))).toBe('PERSISTED_QUERY_ID_REQUIRED');
    expect(await send(graph.url, { extensions: persisted('one') })).toEqual({ data: { hello: 'hi' } });
  });

  it('takes over a changed manifest, and refuses a broken one', async () => {
    await using graph = await start('{ enabled: true }');
    await writeFile(graph.manifest, '{');
    await graph.logged('persisted-queries.refused');
    expect(await send(graph.url, { extensions: persisted('one') })).toEqual({ data: { hello: 'hi' } });
    await graph.write([...operations, { id: 'three', name: 'More', type: 'query', body: '{ more: hello }' }]);
    await graph.logged('persisted-queries.reloaded');
    expect(await send(graph.url, { extensions: persisted('three') })).toEqual({ data: { more: 'hi' } });
  });
});
