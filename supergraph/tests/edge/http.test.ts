import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GraphQLFormattedError } from 'graphql';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { believeHeaders, startEdgeGraph } from './edge.fixture.ts';

const greeter: TestSubgraph = {
  name: 'greeter',
  sdl: `${FEDERATION}\ntype Query { hello: String fails: String }\ntype Mutation { change: String }`,
  resolvers: {
    Query: {
      hello: () => 'hi',
      fails: () => {
        throw Object.assign(new Error('disk /dev/sda is full'), { extensions: { code: 'DISK', detail: 'sda' } });
      },
    },
    Mutation: { change: () => 'done' },
  },
};
const json = { 'content-type': 'application/json' };
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });

describe('cross-origin requests', () => {
  const config = `cors:
  max_age: 2h
  policies:
    - origins: [https://app.example]
      allow_credentials: true
    - match_origins: ['^https://[a-z]+[.]partner[.]example$']
      allow_headers: [authorization]
      methods: [GET]
`;
  const preflight = (url: string, origin: string) =>
    fetch(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-a, x-b' },
    });

  it('lets the listed pages in, each by its own policy', async () => {
    await using graph = await startEdgeGraph(config, [greeter]);
    const ours = await preflight(graph.url, 'https://app.example');
    expect(ours.status).toBe(204);
    expect(Object.fromEntries(ours.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'x-a, x-b',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-max-age': '7200',
      vary: 'origin',
    });
    const partner = await preflight(graph.url, 'https://a.partner.example');
    expect(Object.fromEntries(partner.headers)).toMatchObject({
      'access-control-allow-headers': 'authorization',
      'access-control-allow-methods': 'GET',
    });
    expect(partner.headers.has('access-control-allow-credentials')).toBe(false);
    const answer = await post(graph.url, { query: '{ hello }' }, { origin: 'https://app.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  it('tells a stranger nothing', async () => {
    await using graph = await startEdgeGraph(config, [greeter]);
    for (const origin of [
      'https://evil.example',
      'https://app.example.evil.example',
      'https://x.y.partner.example',
      'null',
    ]) {
      expect((await preflight(graph.url, origin)).headers.has('access-control-allow-origin')).toBe(false);
    }
  });

  it('opens no WebSocket to a foreign page that sends the cookie which signs in', async () => {
    const jwt =
      'authentication:\n  router:\n    jwt:\n      jwks: [{ url: http://127.0.0.1:1/jwks }]\n      sources: [{ type: cookie, name: session }]\n';
    await using graph = await startEdgeGraph(config + jwt, [greeter]);
    const open = async (headers: Record<string, string>) => {
      const socket = new WebSocket(graph.url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
      const outcome = await Promise.race([
        once(socket, 'open').then(() => 'open'),
        once(socket, 'unexpected-response').then(([, answer]) => answer.statusCode),
      ]);
      socket.terminate();
      return outcome;
    };
    expect(await open({ origin: 'https://evil.example', cookie: 'session=x' })).toBe(403);
    expect(await open({ origin: 'https://app.example', cookie: 'session=x' })).toBe('open');
    expect(await open({ origin: new URL(graph.url).origin, cookie: 'session=x' })).toBe('open');
    expect(await open({ origin: 'https://evil.example' })).toBe('open');
  });
});

describe('forged requests', () => {
  const get = (url: string, headers: Record<string, string> = {}) => fetch(`${url}?query=%7Bhello%7D`, { headers });

  it('runs no request that a foreign page could have sent', async () => {
    await using graph = await startEdgeGraph('csrf: { required_headers: [X-Mine] }\n', [greeter]);
    const refused = await get(graph.url);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'CSRF_ERROR' } }] });
    expect((await get(graph.url, { 'x-mine': '1' })).status).toBe(200);
    expect((await get(graph.url, json)).status).toBe(200);
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded']) {
      const simple = await fetch(graph.url, { method: 'POST', headers: { 'content-type': type }, body: '{}' });
      expect(simple.status).toBe(400);
    }
    await using open = await startEdgeGraph('csrf: { unsafe_disabled: true }\n', [greeter]);
    expect((await get(open.url)).status).toBe(200);
  });
});

describe('a GET', () => {
  // What browsers have been made to send to foreign servers without asking: GHSA-9q82-xgwf-vj6h, GHSA-hff2-gcpx-8f4p.
  const REFUSED = [
    'text/xml',
    'application/xml',
    'application/octet-stream',
    'image/png',
    'foo',
    'application/graphql-response+json',
    'application/json, text/plain',
    'application/json; charset=utf-8, text/plain',
    'text/plain, application/json',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/jsonx',
  ];

  it.each(['{}\n', 'csrf: { unsafe_disabled: true }\n'])('takes no content-type but JSON: %s', async (config) => {
    await using graph = await startEdgeGraph(config, [greeter]);
    const get = (type: string) =>
      fetch(`${graph.url}?query={hello}`, { headers: { 'content-type': type, 'apollo-require-preflight': '1' } });
    for (const type of REFUSED) expect([type, (await get(type)).status]).toEqual([type, 415]);
    for (const type of ['application/json', 'Application/JSON; charset=utf-8'])
      expect(await (await get(type)).json()).toEqual({ data: { hello: 'hi' } });
    expect(graph.requests).toHaveLength(2);
  });
});

describe('limits on requests', () => {
  it('counts requests of each user, says so in headers, and refuses those beyond', async () => {
    await using graph = await startEdgeGraph('rate_limit: { capacity: 2, interval: 60s }\n', [greeter], {
      hooks: believeHeaders,
    });
    const ask = (user: string) => post(graph.url, { query: '{ hello }' }, user ? { 'x-test-user': user } : {});
    const first = await ask('ann');
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=2;w=60');
    expect(first.headers.get('ratelimit')).toBe('"default";r=1;t=60');
    await ask('ann');
    const refused = await ask('ann');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect([(await ask('bob')).status, (await ask('')).status]).toEqual([200, 200]);
  });

  it('believes a proxy about addresses only where told to', async () => {
    const by = (header: string) => `rate_limit: { capacity: 1, interval: 60s, by: ip${header} }\n`;
    const statuses = async (config: string) => {
      await using graph = await startEdgeGraph(config, [greeter]);
      const ask = (address: string) => post(graph.url, { query: '{ hello }' }, { 'x-forwarded-for': address });
      return [(await ask('6.6.6.6, 1.1.1.1')).status, (await ask('6.6.6.6, 2.2.2.2')).status];
    };
    expect(await statuses(by(''))).toEqual([200, 429]);
    expect(await statuses(by(', client_ip_header: x-forwarded-for'))).toEqual([200, 200]);
  });

  it('bounds all clients together, in an interval and at once', async () => {
    await using window = await startEdgeGraph(
      'traffic_shaping: { router: { global_rate_limit: { capacity: 1, interval: 60s } } }\n',
      [greeter],
    );
    const [one, two] = [await post(window.url, { query: '{ hello }' }), await post(window.url, { query: '{ hello }' })];
    expect([one.status, two.status]).toEqual([200, 429]);

    const waiting: ServerResponse[] = [];
    let arrived = () => undefined as unknown;
    const held = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const slow: TestSubgraph = {
      ...greeter,
      intercept(_request, response) {
        waiting.push(response);
        arrived();
        return true;
      },
    };
    await using busy = await startEdgeGraph('traffic_shaping: { router: { concurrency_limit: 1 } }\n', [slow]);
    const running = post(busy.url, { query: '{ hello }' });
    await held;
    expect((await post(busy.url, { query: '{ hello }' })).status).toBe(503);
    for (const response of waiting) response.writeHead(200, json).end('{"data":{"hello":"hi"}}');
    expect(await (await running).json()).toEqual({ data: { hello: 'hi' } });
    expect((await post(busy.url, { query: '{ __typename }' })).status).toBe(200);
  });

  it('reads no body over the limit, and changes nothing by GET', async () => {
    await using graph = await startEdgeGraph('limits: { router: { http_max_request_bytes: 200 } }\n', [greeter]);
    expect((await post(graph.url, { query: `{ hello } #${'x'.repeat(300)}` })).status).toBe(413);
    const changed = await fetch(`${graph.url}?query=mutation%7Bchange%7D`, { headers: json });
    expect(changed.status).toBe(405);
    await using readOnly = await startEdgeGraph('forbid_mutations: true\n', [greeter]);
    expect(await readOnly.query('mutation { change }')).toMatchObject({
      errors: [{ extensions: { code: 'MUTATION_FORBIDDEN' } }],
    });
  });
});

describe('headers to subgraphs', () => {
  it('follow the rules in their order, and never say who asks', async () => {
    const config = `headers:
  all:
    request:
      - propagate: { matching: '^x-.*' }
      - remove: { named: X-Drop }
      - propagate: { named: x-from, rename: x-to, default: none }
      - insert: { name: x-fixed, value: here }
      - insert: { name: x-app, path: '.extensions.apps[0].name' }
  subgraphs:
    greeter:
      request:
        - insert: { name: x-graph, value: greeter }
        - insert: { name: x-forwarded-for, client_address: true }
`;
    await using graph = await startEdgeGraph(config, [greeter]);
    const headers = {
      'x-keep': '1',
      'x-drop': '1',
      'x-authenticated-user': 'admin',
      'x-forwarded-for': '203.0.113.9',
      connection: 'keep-alive',
      other: '1',
    };
    await post(graph.url, { query: '{ hello }', extensions: { apps: [{ name: 'web' }] } }, headers);
    const sent = graph.requests.at(-1)!.headers;
    expect(sent).toMatchObject({
      'x-keep': '1',
      'x-to': 'none',
      'x-fixed': 'here',
      'x-app': 'web',
      'x-graph': 'greeter',
      'x-forwarded-for': '127.0.0.1',
    });
    for (const name of ['x-drop', 'x-authenticated-user', 'other']) expect(sent).not.toHaveProperty(name);
  });
});

describe('headers of subgraphs', () => {
  it('reach clients where the rules say so, and never those of a connection', async () => {
    const config = `headers:
  all: { response: [{ propagate: { matching: '^x-' } }] }
  subgraphs: { greeter: { response: [{ propagate: { named: set-cookie } }, { propagate: { named: server, rename: x-served-by } }] } }
`;
    const answering: TestSubgraph = {
      ...greeter,
      intercept(_request, response) {
        response.setHeader('set-cookie', ['a=1', 'b=2']);
        for (const [name, value] of Object.entries({ 'x-version': '7', server: 'greeter', etag: '"1"' }))
          response.setHeader(name, value);
        return false;
      },
    };
    await using graph = await startEdgeGraph(config, [answering]);
    const response = await post(graph.url, { query: '{ hello }' });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('x-version')).toBe('7');
    expect(response.headers.get('x-served-by')).toBe('greeter');
    expect(response.headers.get('etag')).toBeNull();
    await using silent = await startEdgeGraph('', [answering]);
    expect((await post(silent.url, { query: '{ hello }' })).headers.getSetCookie()).toEqual([]);
  });
});

describe('errors of subgraphs', () => {
  it.each<[string, GraphQLFormattedError]>([
    ['all: false', { message: 'Subgraph errors redacted', path: ['fails'] }],
    [
      'all: true',
      { message: 'disk /dev/sda is full', extensions: { code: 'DISK', detail: 'sda', service: 'greeter' } },
    ],
    [
      'all: { redact_message: true, allow_extensions_keys: [code] }',
      { message: 'Subgraph errors redacted', path: ['fails'], extensions: { code: 'DISK' } },
    ],
    ['all: true, subgraphs: { greeter: false }', { message: 'Subgraph errors redacted', path: ['fails'] }],
    [
      'all: { redact_message: false, deny_extensions_keys: [detail] }, subgraphs: { greeter: { exclude_global_keys: [service] } }',
      { message: 'disk /dev/sda is full', path: ['fails'], extensions: { code: 'DISK' } },
    ],
  ])('are shown as include_subgraph_errors says: %s', async (setting, expected) => {
    await using graph = await startEdgeGraph(`include_subgraph_errors: { ${setting} }\n`, [greeter]);
    const { data, errors } = await graph.query('{ fails hello }');
    expect(data).toEqual({ fails: null, hello: 'hi' });
    if (setting === 'all: true')
      expect(errors).toEqual([
        expect.objectContaining({ ...expected, extensions: expect.objectContaining(expected.extensions ?? {}) }),
      ]);
    else expect(errors).toEqual([expected]);
  });

  it('tells nothing of the schema where validation errors are redacted', async () => {
    await using graph = await startEdgeGraph('supergraph: { redact_query_validation_errors: true }\n', [greeter]);
    for (const query of ['{ helo }', '{ hello', '{ __schema { types { name } } }']) {
      expect(await graph.query(query)).toEqual({
        errors: [{ message: 'invalid query', extensions: { code: 'UNKNOWN_ERROR' } }],
      });
    }
  });
});

describe('routes', () => {
  async function startTarget(handle: (request: IncomingMessage, response: ServerResponse) => void) {
    const server = createServer(handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }
  const echo = (request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(201, {
      'x-method': request.method!,
      'x-url': request.url!,
      'x-user': String(request.headers['x-authenticated-user'] ?? ''),
    });
    request.pipe(response);
  };

  it('pass bytes on as they came, under another path, with who asks', async () => {
    await using target = await startTarget(echo);
    const config = `authentication: { router: { jwt: { jwks: [{ url: 'http://127.0.0.1:1/' }] } } }
routes:
  - { path: /hooks/, url: '${target.url}/in', authentication: none }
  - { path: /hooks/special, url: '${target.url}', target_path: /other, authentication: none, methods: [PUT] }
  - { path: /private, url: '${target.url}', authentication: required }
`;
    await using graph = await startEdgeGraph(config, [greeter]);
    const at = (path: string) => new URL(path, graph.url).href;
    const body = Buffer.from([0, 255, 10, 13, 0]);
    const answer = await fetch(at('/hooks/a%20b?c=d'), {
      method: 'POST',
      body,
      headers: { 'x-authenticated-user': 'admin' },
    });
    expect([answer.status, answer.headers.get('x-url'), answer.headers.get('x-user')]).toEqual([
      201,
      '/in/a%20b?c=d',
      '',
    ]);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(body);
    const special = await fetch(at('/hooks/special/x'), { method: 'PUT', body: 'x' });
    expect(special.headers.get('x-url')).toBe('/other/x');
    expect((await fetch(at('/hooks/special'))).status).toBe(405);
    expect((await fetch(at('/hooksome'))).status).toBe(404);
    expect((await fetch(at('/private'))).status).toBe(401);
    for (const path of ['/hooks/../private', '/hooks/%2e%2e/private', '/hooks\\..\\private', '/private/x']) {
      const raw = requestHttp(graph.url, { path }).end();
      expect([path, (await once(raw, 'response'))[0].statusCode]).toEqual([path, 401]);
    }
  });

  it('stream both ways while either side still writes', async () => {
    await using target = await startTarget(echo);
    await using graph = await startEdgeGraph(`routes: [{ path: /stream, url: '${target.url}' }]\n`, [greeter]);
    const request = requestHttp(new URL('/stream', graph.url), { method: 'POST' });
    request.write('first');
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    expect(String((await once(answer, 'data'))[0])).toBe('first');
    const ended = once(answer, 'end');
    request.end('second');
    expect(String((await once(answer, 'data'))[0])).toBe('second');
    await ended;
  });

  it('bound bodies and requests, and say so when nobody answers', async () => {
    await using target = await startTarget(echo);
    const config = `rate_limit: { capacity: 3, interval: 60s }
routes:
  - { path: /small, url: '${target.url}', max_request_bytes: 4 }
  - { path: /gone, url: 'http://127.0.0.1:1' }
`;
    await using graph = await startEdgeGraph(config, [greeter]);
    const at = (path: string) => new URL(path, graph.url).href;
    expect((await fetch(at('/small'), { method: 'POST', body: '12345' })).status).toBe(413);
    const statuses = [(await fetch(at('/gone'))).status];
    for (let n = 0; n < 3; n++) statuses.push((await fetch(at('/small'))).status);
    expect(statuses).toEqual([502, 201, 201, 429]);
  });
});

describe('a new configuration while serving', () => {
  it('is in force without a dropped connection, and refused when broken', async () => {
    const lines: string[] = [];
    let heard: () => unknown = () => null;
    const write = (line: string): void => {
      lines.push(line);
      heard();
    };
    const logged = (text: string) =>
      new Promise<void>((resolve) => {
        heard = () => lines.some((line) => line.includes(text)) && resolve();
        heard();
      });
    await using graph = await startEdgeGraph('limits: { router: { max_root_fields: 1 } }\n', [greeter], {
      log: pino({}, { write }),
    });
    const query = '{ a: hello b: hello }';
    expect((await graph.query(query)).errors).toHaveLength(1);
    await writeFile(graph.configFile, 'limits: { router: { max_root_fields: none } }\n');
    await logged('config.refused');
    expect((await graph.query(query)).errors).toHaveLength(1);
    await writeFile(graph.configFile, (await readFile(graph.configFile, 'utf8')).replace('none', '2'));
    await logged('config.reloaded');
    expect(await graph.query(query)).toEqual({ data: { a: 'hi', b: 'hi' } });
  });
});
