import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import { GraphQLError } from 'graphql';
import { parseConfig } from '../../src/config/config.parse.ts';
import type { GatewayPlugin } from '../../src/plugin/plugin.host.ts';
import { createPluginHost } from '../../src/plugin/plugin.loading.ts';
import { startEdgeGraph } from '../edge/edge.fixture.ts';
import { connect, startFeed } from '../subscription/subscription.fixture.ts';
import { FEDERATION, startTestGraph, type TestSubgraph } from '../support/test.graph.ts';
import { createTestLog } from '../telemetry/telemetry.fixture.ts';

const accounts: TestSubgraph = {
  name: 'accounts',
  sdl: `${FEDERATION}
    type Query { me: User broken: String }
    type User @key(fields: "id") { id: ID! name(upper: Boolean): String }`,
  resolvers: {
    Query: {
      me: () => ({ id: '1', name: 'Ada' }),
      broken: () => {
        throw new Error('no');
      },
    },
  },
};

/** Notes every hook that is called, and what it was shown. */
function createRecorder(): { readonly plugin: GatewayPlugin; readonly calls: string[] } {
  const calls: string[] = [];
  const note = (call: string) => async () => void calls.push(call);
  const plugin: GatewayPlugin = {
    async serverWillStart({ schema }) {
      calls.push(`serverWillStart ${schema.getQueryType()?.name}`);
      return {
        schemaDidLoadOrUpdate: ({ coreSupergraphSdl = '' }) =>
          void calls.push(`schemaDidLoadOrUpdate ${coreSupergraphSdl.includes('join__Graph')}`),
        drainServer: note('drainServer'),
        serverWillStop: note('serverWillStop'),
      };
    },
    async requestDidStart({ request }) {
      calls.push(`requestDidStart ${request.http?.headers.get('x-test')}`);
      return {
        didResolveSource: async ({ source }) => void calls.push(`didResolveSource ${source}`),
        async parsingDidStart() {
          calls.push('parsingDidStart');
          return async (error) => void calls.push(`parsingDidEnd ${error?.message ?? ''}`);
        },
        async validationDidStart({ document }) {
          calls.push(`validationDidStart ${document.kind}`);
          return async (errors) => void calls.push(`validationDidEnd ${errors?.length ?? 0}`);
        },
        didResolveOperation: async ({ operationName, operation }) =>
          void calls.push(`didResolveOperation ${operationName} ${operation?.operation}`),
        async responseForOperation() {
          calls.push('responseForOperation');
          return null;
        },
        async executionDidStart() {
          calls.push('executionDidStart');
          return { executionDidEnd: async (error) => void calls.push(`executionDidEnd ${error?.message ?? ''}`) };
        },
        didEncounterErrors: async ({ errors }) =>
          void calls.push(`didEncounterErrors ${errors.map(({ message }) => message)}`),
        willSendResponse: async ({ response }) => void calls.push(`willSendResponse ${response.body.kind}`),
        willSendSubsequentPayload: async (_context, { hasNext }) =>
          void calls.push(`willSendSubsequentPayload ${hasNext}`),
      };
    },
    invalidRequestWasReceived: async ({ error }) => void calls.push(`invalidRequestWasReceived ${error.message}`),
    contextCreationDidFail: async ({ error }) => void calls.push(`contextCreationDidFail ${error.message}`),
  };
  return { plugin, calls };
}

describe("Apollo Server's plugins in the gateway", () => {
  it('are led through each operation in the documented order', async () => {
    const { plugin, calls } = createRecorder();
    const graph = await startTestGraph([accounts], { plugins: [plugin] });
    expect(calls.splice(0)).toEqual(['serverWillStart Query', 'schemaDidLoadOrUpdate true']);
    const query = 'query Me { me { name } }';
    const whole = [
      'requestDidStart yes',
      `didResolveSource ${query}`,
      'parsingDidStart',
      'parsingDidEnd ',
      'validationDidStart Document',
      'validationDidEnd 0',
      'didResolveOperation Me query',
      'responseForOperation',
      'executionDidStart',
      'executionDidEnd ',
      'willSendResponse single',
    ];
    expect(await graph.query(query, {}, { 'x-test': 'yes' })).toEqual({ data: { me: { name: 'Ada' } } });
    expect(calls.splice(0)).toEqual(whole);
    await graph.query(query, {}, { 'x-test': 'yes' });
    expect(calls.splice(0)).toEqual(whole.filter((call) => !/^(parsing|validation)/.test(call)));
    await graph[Symbol.asyncDispose]();
    expect(calls.splice(0)).toEqual(['drainServer', 'serverWillStop']);
  });

  it('hear what goes wrong', async () => {
    const { plugin, calls } = createRecorder();
    await using graph = await startTestGraph([accounts], { plugins: [plugin] });
    const after = async (query: string) => {
      calls.length = 0;
      await graph.query(query);
      return calls.filter((call) => !/^(requestDidStart|didResolveSource)/.test(call));
    };
    expect(await after('{ me')).toEqual([
      'parsingDidStart',
      'parsingDidEnd Syntax Error: Expected Name, found <EOF>.',
      'didEncounterErrors Syntax Error: Expected Name, found <EOF>.',
      'willSendResponse single',
    ]);
    expect(await after('{ you }')).toEqual([
      'parsingDidStart',
      'parsingDidEnd ',
      'validationDidStart Document',
      'validationDidEnd 1',
      'didEncounterErrors Cannot query field "you" on type "Query".',
      'willSendResponse single',
    ]);
    expect((await after('{ broken }')).slice(-4)).toEqual([
      'executionDidStart',
      'executionDidEnd ',
      'didEncounterErrors no',
      'willSendResponse single',
    ]);
    calls.length = 0;
    await fetch(graph.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' });
    expect(calls).toEqual(["invalidRequestWasReceived The request's body is not valid JSON."]);
  });

  it('hear that nobody could be identified', async () => {
    const { plugin, calls } = createRecorder();
    await using graph = await startTestGraph([accounts], {
      plugins: [plugin],
      hooks: { identify: () => Promise.reject(new Error('who?')) },
    });
    calls.length = 0;
    await graph.query('{ me { id } }');
    expect(calls).toEqual(['contextCreationDidFail who?']);
  });

  it('may refuse an operation, answer in its place, and set status and headers', async () => {
    const plugin: GatewayPlugin = {
      async requestDidStart() {
        return {
          async didResolveOperation({ operationName }) {
            if (operationName === 'Refused') throw new GraphQLError('Not this.', { extensions: { code: 'NOT_THIS' } });
          },
          async responseForOperation({ operationName }) {
            if (operationName !== 'Instead') return null;
            return {
              http: { status: 203, headers: new Map([['x-from', 'plugin']]) as never },
              body: { kind: 'single', singleResult: { data: { me: null } } },
            };
          },
          async willSendResponse({ response, contextValue }) {
            response.http.headers.set('x-request', contextValue.id);
          },
        };
      },
    };
    await using graph = await startTestGraph([accounts], { plugins: [plugin] });
    expect(await graph.query('query Refused { me { id } }')).toEqual({
      errors: [{ message: 'Not this.', extensions: { code: 'NOT_THIS' } }],
    });
    const response = await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"query Instead { me { id } }"}',
    });
    expect(response.status).toBe(203);
    expect(response.headers.get('x-from')).toBe('plugin');
    expect(response.headers.get('x-request')).toMatch(/^[\da-f-]{36}$/);
    expect(await response.json()).toEqual({ data: { me: null } });
    expect(graph.requests).toEqual([]);
  });

  it('hear of each event of a subscription, and of its end', async () => {
    const { plugin, calls } = createRecorder();
    await using test = await startFeed({ plugins: [plugin] });
    await using client = connect(test.socketUrl);
    test.feed.post('hello', 2);
    calls.length = 0;
    const events = client.iterate({ query: 'subscription Posts { posted { seq } }' });
    await events.next();
    await events.next();
    await events.return?.();
    await test.feed.until(({ open }) => open === 0);
    expect(calls.slice(-5)).toEqual([
      'didResolveOperation Posts subscription',
      'willSendResponse incremental',
      'willSendSubsequentPayload true',
      'willSendSubsequentPayload true',
      'willSendSubsequentPayload false',
    ]);
  });

  it('know for how long an answer may be kept', async () => {
    const keeping = (header: string): TestSubgraph => ({
      ...accounts,
      intercept: (_request, response) => {
        response.setHeader('cache-control', header);
        return false;
      },
    });
    const answered = async (header: string) => {
      await using graph = await startTestGraph([keeping(header)], { plugins: [ApolloServerPluginCacheControl()] });
      const response = await fetch(graph.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ me { id } }"}',
      });
      return response.headers.get('cache-control');
    };
    expect(await answered('max-age=60, private')).toBe('max-age=60, private');
    expect(await answered('max-age=60, public')).toBe('max-age=60, public');
    expect(await answered('no-store')).toBe('no-store');
  });

  it('are loaded from the files that the configuration names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plugin-'));
    const file = join(folder, 'plugin.mjs');
    await writeFile(
      file,
      "export default { requestDidStart: async () => ({ willSendResponse: async ({ response }) => response.http.headers.set('x-plugin', 'loaded') }) };\n",
    );
    await using graph = await startEdgeGraph(`apollo_server_plugins: [${JSON.stringify(file)}]\n`, [accounts]);
    const response = await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ me { id } }"}',
    });
    expect(response.headers.get('x-plugin')).toBe('loaded');
    const { config } = parseConfig('apollo_server_plugins: [/nowhere.mjs]\n', 'router-config.yaml');
    const { log } = createTestLog();
    await expect(createPluginHost({ config, log, plugins: undefined, apollo: undefined })).rejects.toThrow(
      'The plugin /nowhere.mjs cannot be loaded',
    );
    await rm(folder, { recursive: true });
  });
});
