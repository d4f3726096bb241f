// biome-ignore-all lint/correctness/noComponentHookFactories: these are names of stages
import { observeLog } from '../support/source.fixture.ts';
import { startCoprocessor, type TestCoprocessor } from '../support/test.coprocessor.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { believeHeaders, startEdgeGraph } from './edge.fixture.ts';

const users: TestSubgraph = {
  name: 'users',
  sdl: `${FEDERATION} type Query { me: User hello(name: String): String secret: String @authenticated
    scoped: String @requiresScopes(scopes: [["read"]]) } type User @key(fields: "id") { id: ID! name: String }`,
  resolvers: {
    Query: {
      me: () => ({ id: '1', name: 'Ann' }),
      hello: (_: unknown, { name }: { name?: string }) => `hi ${name ?? ''}`.trim(),
      secret: () => 's',
      scoped: () => 'r',
    },
  },
};
const posts: TestSubgraph = {
  name: 'posts',
  sdl: `${FEDERATION} type User @key(fields: "id") { id: ID! posts: [String!] }`,
  resolvers: { User: { __resolveReference: ({ id }: { id: string }) => ({ id, posts: [`post of ${id}`] }) } },
};

const ALL = 'headers: true, body: true, context: all';

async function startGraph(coprocessor: TestCoprocessor, stages: string, options = {}) {
  const config = `include_subgraph_errors: { all: true }\ncoprocessor: { url: "${coprocessor.url}/co", ${stages} }\n`;
  return startEdgeGraph(config, [users, posts], options);
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
}

describe('the coprocessor', () => {
  it('is asked at every stage that is named, with what is asked for, and no more', async () => {
    await using coprocessor = await startCoprocessor();
    await using graph = await startGraph(
      coprocessor,
      `router: { request: { ${ALL}, method: true, path: true, sdl: true }, response: { ${ALL}, status_code: true } },
       supergraph: { request: { ${ALL}, method: true }, response: { ${ALL}, status_code: true } },
       execution: { request: { ${ALL}, query_plan: true }, response: { body: true } },
       subgraph: { all: { request: { ${ALL}, uri: true, method: true, service_name: true, subgraph_request_id: true },
         response: { ${ALL}, status_code: true, service_name: true, subgraph_request_id: true } } }`,
    );
    const query = 'query Q($n: String) { me { name posts } hello(name: $n) }';
    const request = { query, operationName: 'Q', variables: { n: 'Bo' } };
    const { body } = await post(graph.url, request, { 'apollographql-client-name': 'web' });
    const data = { me: { name: 'Ann', posts: ['post of 1'] }, hello: 'hi Bo' };
    expect(body).toEqual({ data });
    expect(coprocessor.messages.map(({ stage }) => stage)).toEqual([
      'RouterRequest',
      'SupergraphRequest',
      'ExecutionRequest',
      'SubgraphRequest',
      'SubgraphResponse',
      'SubgraphRequest',
      'SubgraphResponse',
      'ExecutionResponse',
      'SupergraphResponse',
      'RouterResponse',
    ]);
    const [router] = coprocessor.at('RouterRequest');
    expect(router).toMatchObject({
      version: 1,
      control: 'continue',
      method: 'POST',
      path: '/graphql',
      body: JSON.stringify(request),
      headers: { 'content-type': ['application/json'] },
      context: { entries: { 'apollo::telemetry::client_name': 'web' } },
      sdl: expect.stringContaining('join__Graph'),
    });
    expect(new Set(coprocessor.messages.map(({ id }) => id)).size).toBe(1);
    expect(coprocessor.at('SupergraphRequest')[0]).toMatchObject({ body: request, method: 'POST' });
    expect(coprocessor.at('SupergraphRequest')[0]).not.toHaveProperty('sdl');
    expect(coprocessor.at('ExecutionRequest')[0]).toMatchObject({
      context: {
        entries: { 'apollo::supergraph::operation_kind': 'query', 'apollo::supergraph::operation_name': 'Q' },
      },
      queryPlan: {
        root: { kind: 'Sequence' },
        formatted_query_plan: expect.stringContaining('Fetch(service: "users")'),
      },
    });
    const [first, second] = coprocessor.at('SubgraphRequest');
    expect(first).toMatchObject({
      serviceName: 'users',
      uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/),
      method: 'POST',
      headers: { 'content-type': ['application/json'] },
      body: { query: expect.stringContaining('hello'), variables: { n: 'Bo' } },
      subgraphRequestId: expect.any(String),
    });
    expect(second).toMatchObject({ body: { variables: { representations: [{ __typename: 'User', id: '1' }] } } });
    expect(coprocessor.at('SubgraphResponse')[0]).toMatchObject({
      statusCode: 200,
      subgraphRequestId: first?.subgraphRequestId,
      headers: { 'content-type': ['application/json'] },
      body: { data: { hello: 'hi Bo' } },
    });
    expect(coprocessor.at('ExecutionResponse')[0]).toMatchObject({ body: { data } });
    expect(coprocessor.at('SupergraphResponse')[0]).toMatchObject({ statusCode: 200, body: { data } });
    expect(coprocessor.at('RouterResponse')[0]).toMatchObject({ statusCode: 200, body: JSON.stringify({ data }) });
  });

  it('changes headers, body and context on the way down', async () => {
    await using coprocessor = await startCoprocessor({
      RouterRequest: ({ headers }) => ({
        headers: { ...headers, 'x-from-router': ['a', 'b'], 'content-length': ['9999'] },
        body: JSON.stringify({ query: 'query ($n: String) { hello(name: $n) }', variables: { n: 'router' } }),
        context: { entries: { mine: { deep: 1 } } },
      }),
      SupergraphRequest: ({ body, headers, context }) => ({
        body: { ...(body as object), variables: { n: `${JSON.stringify(context?.entries.mine)}` } },
        headers: { ...headers, 'x-from-supergraph': ['c'] },
      }),
      SubgraphRequest: ({ headers, body }) => ({
        headers: { ...headers, 'x-from-subgraph': ['d'] },
        body: { ...(body as object), operationName: undefined },
      }),
    });
    const stage = `request: { ${ALL} }`;
    await using graph = await startEdgeGraph(
      `headers: { all: { request: [{ propagate: { matching: "^x-" } }, { insert: { name: x-mine, from_context: mine } }] } }
coprocessor: { url: "${coprocessor.url}", router: { ${stage} }, supergraph: { ${stage} }, subgraph: { all: { ${stage} } } }
`,
      [users, posts],
    );
    const { body } = await post(graph.url, '{"query":"{ broken"}');
    expect(body).toEqual({ data: { hello: 'hi {"deep":1}' } });
    expect(graph.requests[0]?.headers).toMatchObject({
      'x-from-router': 'a, b',
      'x-from-supergraph': 'c',
      'x-from-subgraph': 'd',
      'x-mine': '{"deep":1}',
    });
  });

  it('changes answers on the way up', async () => {
    await using coprocessor = await startCoprocessor({
      SubgraphResponse: () => ({ body: { data: { hello: 'from the stage' } } }),
      ExecutionResponse: ({ body }) => ({ body: { ...(body as object), extensions: { a: 1 } } }),
      SupergraphResponse: ({ body, headers }) => ({
        body: { ...(body as object), extensions: { ...(body as { extensions: object }).extensions, b: 2 } },
        headers: { ...headers, 'x-b': ['2', '3'] },
      }),
      RouterResponse: ({ body, headers }) => ({
        body: (body as string).replace('"b":2', '"b":3'),
        headers: { ...headers, 'x-c': ['3'] },
      }),
    });
    const stage = `response: { ${ALL} }`;
    await using graph = await startGraph(
      coprocessor,
      `router: { ${stage} }, supergraph: { ${stage} }, execution: { ${stage} }, subgraph: { all: { ${stage} } }`,
    );
    const answer = await post(graph.url, { query: '{ hello }' });
    expect(answer.body).toEqual({ data: { hello: 'from the stage' }, extensions: { a: 1, b: 3 } });
    expect([answer.headers.get('x-b'), answer.headers.get('x-c')]).toEqual(['2, 3', '3']);
  });

  it('keeps every digit of numbers that a double does not hold', async () => {
    const numbers: TestSubgraph = {
      name: 'numbers',
      sdl: `${FEDERATION} scalar Big type Query { big(n: Big): Big }`,
      resolvers: {},
      intercept: (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"big":12345678901234567890}}');
        return true;
      },
    };
    await using coprocessor = await startCoprocessor();
    const all = 'request: { body: true }, response: { body: true }';
    await using graph = await startEdgeGraph(
      `coprocessor: { url: "${coprocessor.url}", supergraph: { ${all} }, subgraph: { all: { ${all} } } }\n`,
      [numbers],
    );
    const answer = await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"query ($n: Big) { big(n: $n) }","variables":{"n":98765432109876543210}}',
    });
    expect(await answer.text()).toBe('{"data":{"big":12345678901234567890}}');
  });

  it.each(['RouterRequest', 'SupergraphRequest', 'ExecutionRequest'] as const)('ends requests at %s', async (name) => {
    const errors = [{ message: 'Not you.', extensions: { code: 'ERR' } }];
    const control = { break: 403 };
    const replies = [
      { control, body: { errors }, headers: { 'x-why': ['because'] } },
      { control, body: JSON.stringify({ errors }) },
      { control: { break: 401 }, body: 'Sign in.' },
      { control: { break: 200 }, body: { data: { hello: 'cached' } } },
    ];
    await using coprocessor = await startCoprocessor({ [name]: () => replies.shift() });
    const level = name.replace('Request', '').toLowerCase();
    await using graph = await startGraph(coprocessor, `${level}: { request: { headers: true } }`);
    const ask = () => post(graph.url, { query: '{ hello }' });
    const refused = await ask();
    expect(refused).toMatchObject({ status: 403, body: { errors } });
    expect(refused.headers.get('x-why')).toBe('because');
    expect(await ask()).toMatchObject({ status: 403, body: { errors } });
    expect(await ask()).toMatchObject({ status: 401, body: { errors: [{ message: 'Sign in.' }] } });
    expect(await ask()).toMatchObject({ status: 200, body: { data: { hello: 'cached' } } });
    expect(graph.requests).toEqual([]);
  });

  it('answers in the place of one subgraph, and sends its request elsewhere', async () => {
    await using other = await startEdgeGraph('', [users]);
    let uri: string | null = null;
    await using coprocessor = await startCoprocessor({
      SubgraphRequest: ({ serviceName }) => {
        if (serviceName === 'users') return uri ? { uri } : {};
        return { control: { break: 500 }, body: { errors: [{ message: 'No posts.' }] } };
      },
    });
    await using graph = await startGraph(
      coprocessor,
      'subgraph: { all: { request: { service_name: true, uri: true } } }',
    );
    const { body } = await post(graph.url, { query: '{ hello me { posts } }' });
    expect(body.data).toEqual({ hello: 'hi', me: { posts: null } });
    expect(body.errors).toMatchObject([{ message: 'No posts.' }]);
    expect(graph.requests).toHaveLength(1);
    uri = `${other.url}?tenant=1`;
    expect((await post(graph.url, { query: '{ hello }' })).body).toEqual({ data: { hello: 'hi' } });
    expect(graph.requests).toHaveLength(1);
    expect(other.requests).toHaveLength(1);
  });

  it('vouches for a viewer by claims, and sees those of a token', async () => {
    const claims = { sub: 'ann', scope: 'read write' };
    await using coprocessor = await startCoprocessor({
      RouterRequest: ({ headers, context }) =>
        headers?.['x-key']
          ? { context: { entries: { ...context?.entries, 'apollo::authentication::jwt_claims': claims } } }
          : {},
    });
    await using graph = await startGraph(coprocessor, `router: { request: { headers: true, context: all } }`, {
      hooks: believeHeaders,
    });
    const query = '{ secret scoped }';
    expect((await post(graph.url, { query })).body).toMatchObject({ data: { secret: null, scoped: null } });
    expect((await post(graph.url, { query }, { 'x-key': 'k' })).body).toEqual({ data: { secret: 's', scoped: 'r' } });
    expect(graph.requests.at(-1)?.headers).toMatchObject({ 'x-authenticated-user': 'ann' });
    expect(graph.requests.at(-1)?.headers.authorization).toBeUndefined();
    await post(graph.url, { query }, { 'x-test-user': 'bob', 'x-test-policies': 'p' });
    expect(coprocessor.messages.at(-1)?.context?.entries).toMatchObject({
      'apollo::authentication::jwt_claims': { policies: 'p' },
    });
  });

  it('decides on policies', async () => {
    const guarded: TestSubgraph = {
      name: 'guarded',
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"])
        type Query { a: String @policy(policies: [["mine"]]) b: String @policy(policies: [["other"]]) }`,
      resolvers: { Query: { a: () => 'a', b: () => 'b' } },
    };
    await using coprocessor = await startCoprocessor({
      SupergraphRequest: ({ context }) => ({
        context: {
          entries: { ...context?.entries, 'apollo::authorization::required_policies': { mine: true, other: false } },
        },
      }),
    });
    const config = `coprocessor: { url: "${coprocessor.url}", supergraph: { request: { context: all } } }\n`;
    await using graph = await startEdgeGraph(config, [guarded]);
    const { body } = await post(graph.url, { query: '{ a b }' });
    expect(body).toMatchObject({ data: { a: 'a', b: null }, errors: [{ path: ['b'] }] });
  });

  it('is sent the context that it asks for, in old and new names, and forgets what it takes away', async () => {
    const seen: unknown[] = [];
    await using coprocessor = await startCoprocessor({
      RouterRequest: () => ({ context: { entries: { kept: 1, gone: 2 } } }),
      SupergraphRequest: ({ context }) => {
        seen.push(context?.entries);
        const { gone: _, ...entries } = context?.entries ?? {};
        return { context: { entries } };
      },
      ExecutionRequest: ({ context }) => {
        seen.push(context?.entries);
        return {};
      },
      SupergraphResponse: ({ context }) => {
        seen.push(context?.entries);
        return {};
      },
    });
    await using graph = await startGraph(
      coprocessor,
      `router: { request: {} }, supergraph: { request: { context: all }, response: { context: deprecated } },
       execution: { request: { context: { selective: [kept, "apollo::supergraph::operation_kind"] } } }`,
    );
    await post(graph.url, { query: 'query Q { hello }' });
    expect(seen).toEqual([
      { kept: 1, gone: 2 },
      { kept: 1, 'apollo::supergraph::operation_kind': 'query' },
      { kept: 1, operation_kind: 'query', operation_name: 'Q' },
    ]);
  });

  it('is asked under a condition only, and at a URL of the stage', async () => {
    await using coprocessor = await startCoprocessor();
    await using other = await startCoprocessor();
    await using graph = await startGraph(
      coprocessor,
      `router: { request: { condition: { eq: [{ request_header: x-ask }, "yes"] } } },
       subgraph: { all: { request: { condition: { all: [{ eq: [{ subgraph_name: true }, posts] }, { not: { exists: { request_context: none } } }] }, url: "${other.url}" },
         response: { condition: { gt: [{ subgraph_response_status: code }, 299] } } } }`,
    );
    await post(graph.url, { query: '{ hello me { posts } }' });
    expect(coprocessor.messages).toEqual([]);
    expect(other.messages).toHaveLength(1);
    await post(graph.url, { query: '{ hello }' }, { 'x-ask': 'yes' });
    expect(coprocessor.messages.map(({ stage }) => stage)).toEqual(['RouterRequest']);
  });

  it('is not waited for where it is detached', async () => {
    const held = Promise.withResolvers<Record<string, unknown>>();
    await using coprocessor = await startCoprocessor({ SupergraphRequest: () => held.promise });
    await using graph = await startGraph(coprocessor, 'supergraph: { request: { detached: true, body: true } }');
    expect((await post(graph.url, { query: '{ hello }' })).body).toEqual({ data: { hello: 'hi' } });
    await coprocessor.until(1);
    held.resolve({ control: { break: 500 } });
  });
});

describe('a coprocessor that fails', () => {
  const slow = () => new Promise<null>(() => undefined);
  const cases: [string, Parameters<typeof startCoprocessor>[0], RegExp][] = [
    ['is slow', { SupergraphRequest: slow }, /it did not answer within 200 ms/],
    [
      'answers with a status',
      {
        SupergraphRequest: (_message, response) => {
          response.writeHead(503).end('busy');
          return null;
        },
      },
      /it answered with status 503/,
    ],
    [
      'answers garbage',
      {
        SupergraphRequest: (_message, response) => {
          response.end('<html>');
          return null;
        },
      },
      /its reply is not JSON/,
    ],
    ['changes the stage', { SupergraphRequest: () => ({ stage: 'RouterRequest' }) }, /it changed 'stage' from/],
    ['changes the id', { SupergraphRequest: () => ({ id: 'other' }) }, /it changed 'id'/],
    ['changes the version', { SupergraphRequest: () => ({ version: 2 }) }, /it changed 'version'/],
    ['says no such control', { SupergraphRequest: () => ({ control: 'stop' }) }, /expected control to be 'continue'/],
    ['sends headers that are none', { SupergraphRequest: () => ({ headers: { a: 1 } }) }, /its 'headers\.a' is wrong/],
    [
      'sends a body that is none',
      { SupergraphRequest: () => ({ body: 'text' }) },
      /its 'body' is wrong: expected an object/,
    ],
  ];

  it.each(cases)('%s: the client is told, and the log has why', async (_what, answers, reason) => {
    await using coprocessor = await startCoprocessor(answers);
    const { log, until } = observeLog();
    await using graph = await startGraph(coprocessor, 'timeout: 200ms, supergraph: { request: { headers: true } }', {
      log,
    });
    const { body } = await post(graph.url, { query: '{ hello }' });
    expect(body.errors).toMatchObject([
      {
        message: expect.stringMatching(reason),
        extensions: { code: 'COPROCESSOR_FAILED', stage: 'SupergraphRequest' },
      },
    ]);
    expect(JSON.stringify(body)).not.toContain(coprocessor.url);
    if (!reason.source.includes('body')) expect(await until('coprocessor.failed')).toContain('SupergraphRequest');
    expect(graph.requests).toEqual([]);
  });

  it.each(['router: { request: {} }', 'router: { response: {} }'])(
    'is 500 over HTTP when it is away at %s',
    async (stages) => {
      const coprocessor = await startCoprocessor();
      await coprocessor[Symbol.asyncDispose]();
      await using graph = await startGraph(coprocessor, stages);
      expect(await post(graph.url, { query: '{ hello }' })).toMatchObject({
        status: 500,
        body: { errors: [{ message: expect.stringContaining('it could not be reached (ECONNREFUSED)') }] },
      });
    },
  );

  it('costs only the fetch where it fails for one subgraph', async () => {
    await using coprocessor = await startCoprocessor({
      SubgraphRequest: ({ serviceName }) => (serviceName === 'posts' ? { control: 'nonsense' } : {}),
    });
    await using graph = await startGraph(coprocessor, 'subgraph: { all: { request: { service_name: true } } }');
    const { body } = await post(graph.url, { query: '{ hello me { name posts } }' });
    expect(body.data).toEqual({ hello: 'hi', me: { name: 'Ann', posts: null } });
    expect(body.errors).toMatchObject([{ extensions: { code: 'COPROCESSOR_FAILED', service: 'posts' } }]);
  });
});
