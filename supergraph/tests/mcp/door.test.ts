import { type IncomingMessage, request } from 'node:http';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { AppError, UnauthenticatedError } from '@vibecode/platform/errors';
import { startCoprocessor } from '../support/test.coprocessor.ts';
import { callOf, mcpConfig, messageOf, startMcp } from './mcp.fixture.ts';

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const guarded = mcpConfig()
  .replace('require_authentication: false', 'scopes: [agent]')
  .replace('add_job: {', 'add_job: { scopes: [write],');

describe('authentication', () => {
  it('is asked for by a challenge that leads to the metadata of the resource', async () => {
    const more = '  authorization_servers: ["https://id.example"]\n  documentation: "https://docs.example/mcp"';
    await using graph = await startMcp(`${guarded}\n${more}`);
    const refused = await graph.post(list);
    expect(refused.status).toBe(401);
    const challenge = refused.headers.get('www-authenticate')!;
    const { origin } = new URL(graph.url);
    expect(challenge).toBe(
      `Bearer scope="agent", resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`,
    );
    for (const path of ['', '/mcp']) {
      const answer = await fetch(`${origin}/.well-known/oauth-protected-resource${path}`);
      expect(await answer.json()).toEqual({
        resource: graph.url,
        authorization_servers: ['https://id.example'],
        scopes_supported: ['agent', 'write'],
        bearer_methods_supported: ['header'],
        resource_name: 'graphql',
        resource_documentation: 'https://docs.example/mcp',
      });
    }
    expect((await fetch(`${origin}/.well-known/oauth-protected-resource/other`)).status).toBe(404);
    expect((await messageOf(refused)).error).toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  });

  it('refuses a bad token with its reason, and an outage as an outage', async () => {
    const identify = (headers: Readonly<Record<string, string | undefined>>) => {
      if (headers.authorization === 'Bearer a.b.c') throw new UnauthenticatedError('The token "is" bad.\r\n');
      throw new AppError('AUTHENTICATION_UNAVAILABLE' as never, 'Later.');
    };
    await using graph = await startMcp(guarded, { hooks: { identify } });
    const bad = await graph.post(list, { authorization: 'Bearer a.b.c' });
    expect(bad.status).toBe(401);
    expect(bad.headers.get('www-authenticate')).toContain(
      `error="invalid_token", error_description="The token 'is' bad.''"`,
    );
    const away = await graph.post(list, { authorization: 'Bearer d.e.f' });
    expect([away.status, away.headers.get('www-authenticate')]).toEqual([503, null]);
  });

  it('does not take cookies, and finds an API key where clients can put one', async () => {
    const seen: unknown[] = [];
    const identify = (headers: Readonly<Record<string, string | undefined>>) => {
      seen.push([headers.cookie, headers['x-api-key'], headers.authorization]);
      return null;
    };
    await using graph = await startMcp(guarded, { hooks: { identify } });
    await graph.post(list, { cookie: 'session=1', authorization: 'Bearer vck_1' });
    await graph.post(list, { authorization: 'Bearer a.b.c' });
    await graph.post(list, { 'x-api-key': 'own', authorization: 'Bearer vck_1' });
    expect(seen).toEqual([
      [undefined, 'vck_1', 'Bearer vck_1'],
      [undefined, undefined, 'Bearer a.b.c'],
      [undefined, 'own', 'Bearer vck_1'],
    ]);
  });

  it('by scopes: a tool whose scopes are missing is not listed, and answers 403', async () => {
    await using graph = await startMcp(guarded);
    const reader = { 'x-test-user': 'ada', 'x-test-scopes': 'agent' };
    const { result } = await messageOf(await graph.post(list, reader));
    const names = result.tools.map(({ name }: { name: string }) => name);
    expect(names).toContain('find_job');
    expect(names).not.toContain('add_job');
    const refused = await graph.post(callOf('add_job', { text: 'a' }), reader);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_scope", error_description="The tool add_job needs the scopes write\.", scope="agent write", resource_metadata=/,
    );
    const writer = { 'x-test-user': 'ada', 'x-test-scopes': 'agent write' };
    expect(
      (await messageOf(await graph.post(callOf('add_job', { text: 'a' }), writer))).result.isError,
    ).toBeUndefined();
    expect(graph.jobs.keys).toHaveLength(1);
    expect((await graph.post(callOf('find_job', { id: 1 }), { 'x-test-user': 'eve' })).status).toBe(403);
  });
});

describe('the door', () => {
  it('takes pages of listed origins only', async () => {
    await using graph = await startMcp(
      `${mcpConfig()}\ncors: { policies: [{ origins: ["https://inspector.example"] }] }`,
    );
    const from = async (origin: string) => (await graph.post(list, { origin })).status;
    expect(await from('https://evil.example')).toBe(403);
    expect(await from('null')).toBe(403);
    expect(await from('https://inspector.example')).toBe(200);
    expect(await from(new URL(graph.url).origin)).toBe(200);
    const rebound = await new Promise<number>((resolve, reject) => {
      const { port } = new URL(graph.url);
      request(
        { port, host: '127.0.0.1', path: '/mcp', method: 'POST', headers: { host: 'evil.example' } },
        (response) => {
          response.resume();
          resolve(response.statusCode!);
        },
      )
        .on('error', reject)
        .end('{}');
    });
    expect(rebound).toBe(421);
    const preflight = await fetch(graph.url, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://inspector.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'mcp-protocol-version,authorization',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('mcp-protocol-version,authorization');
  });

  it.each([
    ['what is not JSON', '{', 400, -32700],
    ['a batch', [list, list], 400, -32600],
    ['a text', '"a"', 400, -32600],
    ['null', 'null', 400, -32600],
    ['what is no message', { a: 1 }, 400, undefined],
    ['an unknown method', { jsonrpc: '2.0', id: 1, method: 'no/such' }, 200, -32601],
    ['a tool that is not there', callOf('__proto__'), 200, -32602],
    ['a call without a name', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }, 200, -32602],
    [
      'arguments that are no object',
      { ...callOf('find_job'), params: { name: 'find_job', arguments: [1] } },
      200,
      -32602,
    ],
    [
      'a newer message without its headers',
      callOf('find_job', {}, 1, { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }),
      400,
      undefined,
    ],
  ])('refuses %s', async (_name, body, status, code) => {
    await using graph = await startMcp();
    const answer = await graph.post(body);
    expect(answer.status).toBe(status);
    const { error } = await messageOf(answer);
    expect(error).toBeDefined();
    if (code !== undefined) expect(error!.code).toBe(code);
  });

  it('refuses other methods, types and versions', async () => {
    await using graph = await startMcp();
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const answer = await fetch(graph.url, { method, headers: { accept: 'text/event-stream' } });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    }
    expect((await graph.post(list, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await graph.post(list, { accept: 'text/html' })).status).toBe(406);
    expect((await graph.post(list, { 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
  });

  it('refuses messages that are too large or nest too deeply, and takes the next', async () => {
    await using graph = await startMcp(`${mcpConfig('  max_request_bytes: 20kb')}`);
    const large = await graph.post(callOf('find_job', { id: 'x'.repeat(30_000) }));
    expect([large.status, (await messageOf(large)).error?.data?.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const deep = await graph.post(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`);
    expect([deep.status, (await messageOf(deep)).error?.data?.code]).toEqual([400, 'JSON_LIMIT']);
    expect((await graph.post(list)).status).toBe(200);
  });

  it('counts calls and other messages by the rate limit', async () => {
    await using graph = await startMcp(`${mcpConfig()}\nrate_limit: { capacity: 2, interval: 60s }`);
    const first = await graph.post(list);
    expect(first.headers.get('ratelimit')).toContain('r=1');
    const call = await graph.post(callOf('find_job', { id: '1' }));
    expect((await messageOf(call)).result.isError).toBeUndefined();
    const over = await graph.post(callOf('find_job', { id: '1' }));
    const { result } = await messageOf(over);
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    });
    const spent = await graph.post(list);
    expect([spent.status, spent.headers.has('retry-after')]).toEqual([429, true]);
  });

  it('runs operations of files past a safelist, and those of models not', async () => {
    const config = `${mcpConfig('  introspection: { execute: { enabled: true } }')}
apq: { enabled: false }
persisted_queries: { enabled: true, safelist: { enabled: true }, local_manifests: [LIST] }`;
    const { writeFile, mkdtemp } = await import('node:fs/promises');
    const folder = await mkdtemp('/tmp/mcp-list-');
    await writeFile(
      `${folder}/list.json`,
      JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations: [] }),
    );
    await using graph = await startMcp(config.replace('LIST', `${folder}/list.json`));
    const run = async (name: string, args: object) => (await messageOf(await graph.post(callOf(name, args)))).result;
    expect((await run('find_job', { id: '1' })).structuredContent).toMatchObject({ data: { job: { id: '1' } } });
    expect((await run('execute', { operation: '{ number }' })).structuredContent).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_NOT_IN_SAFELIST' } }],
    });
  });
});

describe('a client', () => {
  it('that goes away in the middle of a stream ends the subscription, and undoes nothing before 2026-07-28', async () => {
    await using graph = await startMcp();
    const abort = new AbortController();
    const answer = await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(callOf('follow_forever', { id: '3' }, 1, { progressToken: 1 })),
      signal: abort.signal,
    });
    await answer.body!.getReader().read();
    expect(graph.jobs.open).toBe(1);
    abort.abort();
    await graph.jobs.until(() => graph.jobs.open === 0);
    expect((await messageOf(await graph.post(callOf('find_job', { id: '1' })))).result.isError).toBeUndefined();
    expect(graph.jobs.cancelled).toEqual([]);
  });

  it('cancels its own calls only', async () => {
    await using graph = await startMcp(mcpConfig());
    const abort = new AbortController();
    const ada = { 'x-test-user': 'ada', 'mcp-session-id': 's' };
    const following = await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...ada },
      body: JSON.stringify(callOf('follow_forever', { id: '3' }, 5, { progressToken: 1 })),
      signal: abort.signal,
    });
    await following.body!.getReader().read();
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 5 } };
    expect((await graph.post(cancel, { ...ada, 'x-test-user': 'eve' })).status).toBe(202);
    expect((await graph.post(cancel, { ...ada, 'mcp-session-id': 'other' })).status).toBe(202);
    expect(graph.jobs.open).toBe(1);
    expect((await graph.post(cancel, ada)).status).toBe(202);
    await graph.jobs.until(() => graph.jobs.open === 0 && graph.jobs.cancelled.length === 1);
    abort.abort();
  });

  it('has no more calls open than it may', async () => {
    await using graph = await startMcp(mcpConfig('  max_calls_per_client: 1'));
    const abort = new AbortController();
    const open = await fetch(graph.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'x-test-user': 'ada',
      },
      body: JSON.stringify(callOf('follow_forever', { id: '3' }, 1, { progressToken: 1 })),
      signal: abort.signal,
    });
    await open.body!.getReader().read();
    const second = (user: string) =>
      graph.post(callOf('find_job', { id: '1' }), { 'x-test-user': user }).then(messageOf);
    expect((await second('ada')).result.structuredContent).toMatchObject({
      errors: [{ extensions: { code: 'REQUEST_CONCURRENCY_LIMITED' } }],
    });
    expect((await second('eve')).result.isError).toBeUndefined();
    abort.abort();
    await graph.jobs.until(() => graph.jobs.open === 0);
  });

  it('that listens for other tools does not keep the gateway from stopping, and counts among its calls', async () => {
    const graph = await startMcp(mcpConfig('  max_calls_per_client: 1'));
    const listChanged = { tools: { onChanged: () => undefined } };
    const client = await graph.connect({}, 'modern', { listChanged } as never);
    const { structuredContent } = await client.callTool({ name: 'find_job', arguments: { id: '1' } });
    expect(structuredContent).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_CONCURRENCY_LIMITED' } }] });
    const started = performance.now();
    await graph[Symbol.asyncDispose]();
    expect(performance.now() - started).toBeLessThan(5_000);
    await client.close();
  });

  it('passes a coprocessor with each call, and numbers that no double can hold', async () => {
    await using coprocessor = await startCoprocessor({
      ['RouterRequest' as const]: ({ body }: { body?: unknown }) =>
        String(body).includes('cancel_job')
          ? { control: { break: 403 }, body: { errors: [{ message: 'Not you.' }] } }
          : {},
    });
    const stage = 'router: { request: { body: true, path: true } }';
    await using graph = await startMcp(`${mcpConfig()}\ncoprocessor: { url: "${coprocessor.url}", ${stage} }`);
    const big = await graph.post(
      JSON.stringify(callOf('find_job', { id: 0 })).replace('"id":0', '"id":12345678901234567890'),
    );
    expect((await messageOf(big)).result.structuredContent).toMatchObject({
      data: { job: { id: '12345678901234567890' } },
    });
    expect(coprocessor.at('RouterRequest')).toMatchObject([
      { path: '/mcp', body: expect.stringContaining('find_job') },
    ]);
    const refused = await messageOf(await graph.post(callOf('cancel_job', { id: '1' })));
    expect(refused.result).toMatchObject({ isError: true, structuredContent: { errors: [{ message: 'Not you.' }] } });
    expect(graph.jobs.cancelled).toEqual([]);
  });

  it('follows no longer than it may', async () => {
    await using graph = await startMcp(mcpConfig('  max_duration: 200ms'));
    const { result } = await messageOf(await graph.post(callOf('follow_forever', { id: '3' })));
    expect(result.structuredContent).toEqual({
      data: { forever: { at: 1, text: 'step 1' } },
      events: 1,
      complete: false,
    });
    await graph.jobs.until(() => graph.jobs.open === 0);
  });

  it('of the first SDK works as well, and cancels by a message', async () => {
    await using graph = await startMcp();
    const client = new FirstClient({ name: 'first', version: '1' });
    await client.connect(new FirstTransport(new URL(graph.url)) as never);
    const abort = new AbortController();
    const following = client.callTool({ name: 'follow_forever', arguments: { id: '4' } }, undefined, {
      signal: abort.signal,
      onprogress: () => abort.abort('enough'),
    });
    await expect(following).rejects.toThrow();
    await graph.jobs.until(() => graph.jobs.cancelled.length === 1 && graph.jobs.open === 0);
    await client.close();
  });
});

describe('a slow client', () => {
  it('makes its own subscription wait: what waits for it stays small, and others go on', async () => {
    await using graph = await startMcp();
    const { port } = new URL(graph.url);
    const body = JSON.stringify(callOf('follow_flood', { bytes: 20_000 }, 1, { progressToken: 1 }));
    const paused = Promise.withResolvers<IncomingMessage>();
    const slow = request({
      port,
      host: '127.0.0.1',
      path: '/mcp',
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    });
    slow.on('response', (response) => paused.resolve(response.pause()));
    slow.on('error', () => undefined); // It is cut off below.
    slow.end(body);
    const response = await paused.promise;
    global.gc?.();
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    // 40 MB are to come. The subgraph cannot send them all while the client reads nothing, and the stream is not resumable.
    expect((await messageOf(await graph.post(callOf('find_job', { id: '1' })))).result.isError).toBeUndefined();
    await graph.jobs.until(() => graph.jobs.open === 0);
    const grown = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before;
    expect(grown).toBeLessThan(60_000_000);
    let text = '';
    for await (const part of response) text += part;
    expect(text).toContain('SUBSCRIPTION_TOO_SLOW');
    expect(text).toContain('"complete":false');
    expect(text).toMatch(/"structuredContent":\{"data":\{"flood":/);
    expect(text.length).toBeLessThan(30_000_000);
  });
});
