import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startRawGraph } from '../support/raw.subgraph.ts';
import { FEDERATION } from '../support/test.graph.ts';

const BIG = '9007199254740993';
const LONG = '12345678901234567890';
const FINE = '0.1234567890123456789';

const LISTS = `${FEDERATION} scalar J
  type Query { big(v: J, i: In, f: Float, id: ID, n: Int): J things: [Thing!]! one: Thing float: Float id: ID int: Int text: String object: Thing }
  input In { j: J f: Float id: ID list: [J] }
  type Thing @key(fields: "id") { id: J! weight: J }
  type Subscription { ticks: J things: Thing }`;
const WEIGHTS = `${FEDERATION} scalar J
  type Thing @key(fields: "id") { id: J! weight: J @external heavy: J @requires(fields: "weight") name: String }`;

/** Answers each query by the first text whose name is in it. */
function startLists(lists: Readonly<Record<string, string>>, entities: readonly string[] = [], options = {}) {
  return startRawGraph(
    {
      lists: {
        sdl: LISTS,
        answer: (body) => ({
          headers: { 'cache-control': 'public, max-age=60' },
          body: lists[Object.keys(lists).find((key) => body.includes(key)) ?? ''] ?? '{"data":null}',
        }),
        events: [
          `{"data":{"ticks":${BIG}}}`,
          `{"data":{"things":{"__typename":"Thing","id":${BIG},"weight":${LONG}}}}`,
        ],
      },
      weights: { sdl: WEIGHTS, answer: () => `{"data":{"_entities":[${entities.join(',')}]}}` },
    },
    options,
  );
}

const queryBody = (query: string, variables?: string) =>
  `{"query":${JSON.stringify(query)}${variables ? `,"variables":${variables}` : ''}}`;

describe('numbers that a double does not hold', () => {
  it.each([BIG, `-${LONG}`, FINE, '1e400', `[${BIG},{"a":${LONG}}]`])(
    'reach the client as they are: %s',
    async (value) => {
      await using graph = await startLists({ big: `{"data":{"big":${value}}}` });
      expect(await graph.post(queryBody('{ big }'))).toBe(`{"data":{"big":${value}}}`);
    },
  );

  it('reach subgraphs as variables, literals and defaults', async () => {
    await using graph = await startLists({ big: '{"data":{"big":1}}' });
    await graph.post(queryBody('query($v: J) { big(v: $v) }', `{"v":${BIG}}`));
    await graph.post(queryBody('query($v: J) { big(v: $v) }', `{"v":{"deep":[${BIG},1e400,"${LONG}"]}}`));
    await graph.post(queryBody(`{ big(v: ${BIG}) }`));
    await graph.post(queryBody(`{ big(v: { deep: [${BIG}, ${FINE}, 1e400, "${LONG}", -${LONG}] }) }`));
    await graph.post(queryBody(`query($v: J = ${LONG}) { big(v: $v) }`));
    await graph.post(queryBody(`query($v: In = { j: ${BIG}, list: [${LONG}] }) { big(i: $v) }`));
    await graph.post(queryBody(`query($j: J) { big(i: { j: $j, list: [1, ${LONG}], id: ${BIG} }) }`, `{"j":${BIG}}`));
    const sent = graph.received.map(({ body }) => {
      const [, query = '', variables = ''] = /"query":"((?:[^"\\]|\\.)*)".*?"variables":(.*)}$/.exec(body) ?? [];
      return `${query.replace(/\\"/g, '"').replaceAll(/[\s,]/g, '')} ${variables}`;
    });
    expect(sent).toEqual([
      `query($v:J){big(v:$v)} {"v":${BIG}}`,
      `query($v:J){big(v:$v)} {"v":{"deep":[${BIG},1e400,"${LONG}"]}}`,
      `{big(v:${BIG})} {}`,
      `{big(v:{deep:[${BIG}${FINE}1e400"${LONG}"-${LONG}]})} {}`,
      `query($v:J=${LONG}){big(v:$v)} {}`,
      `query($v:In={j:${BIG}list:[${LONG}]}){big(i:$v)} {}`,
      `query($j:J){big(i:{j:$jid:${BIG}list:[1${LONG}]})} {"j":${BIG}}`,
    ]);
  });

  it('are what the specification has them be as Int, Float, ID, String and object, in variables', async () => {
    await using graph = await startLists({ big: '{"data":{"big":1}}' });
    const query = 'query($f: Float, $id: ID, $i: In) { big(f: $f, id: $id, i: $i) }';
    const input = `{"id":${LONG},"f":${FINE},"j":${BIG},"list":[${BIG}]}`;
    expect(await graph.post(queryBody(query, `{"f":${FINE},"id":${BIG},"i":${input}}`))).toBe('{"data":{"big":1}}');
    expect(graph.received.at(-1)?.body).toContain(
      `"variables":{"f":${FINE},"id":"${BIG}","i":{"id":"${LONG}","f":${FINE},"j":${BIG},"list":[${BIG}]}}`,
    );
    for (const [type, value] of [
      ['Int', BIG],
      ['Float', '1e400'],
      ['ID', FINE],
      ['String', BIG],
      ['In', BIG],
    ]) {
      const refused = JSON.parse(
        await graph.post(queryBody(`query($v: ${type}) { __typename @skip(if: true) big(v: $v) }`, `{"v":${value}}`)),
      );
      expect([type, refused.data, refused.errors?.[0]?.extensions.code]).toEqual([
        type,
        undefined,
        expect.stringMatching(/BAD_USER_INPUT|VALIDATION/),
      ]);
    }
    const refused = JSON.parse(await graph.post(queryBody('query($v: Int) { big(n: $v) }', `{"v":${BIG}}`)));
    expect(refused.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(graph.received).toHaveLength(1);
  });

  it('are what the specification has them be as Int, Float, ID, String and object, in answers', async () => {
    const data = `{"int":${BIG},"float":${FINE},"id":${LONG},"text":${BIG},"object":${BIG}}`;
    await using graph = await startLists({ float: `{"data":${data}}` });
    const { errors, ...rest } = JSON.parse(
      (await graph.post(queryBody('{ int float id text object { id } }'))).replace(`:${FINE},`, `:"${FINE}",`),
    );
    expect(rest).toEqual({ data: { int: null, float: FINE, id: LONG, text: null, object: null } });
    expect(errors.map(({ path }: { path: unknown }) => path)).toEqual([['int'], ['text'], ['object']]);
  });

  it('are keys and required fields, of equal entities too', async () => {
    const thing = (id: string) => `{"__typename":"Thing","id":${id},"weight":${LONG}}`;
    await using graph = await startLists(
      { things: `{"data":{"things":[${thing(BIG)},${thing('9007199254740992')},${thing(BIG)}]}}` },
      [`{"heavy":{"n":${LONG}}}`, `{"heavy":${FINE}}`],
    );
    expect(await graph.post(queryBody('{ things { heavy } }'))).toBe(
      `{"data":{"things":[{"heavy":{"n":${LONG}}},{"heavy":${FINE}},{"heavy":{"n":${LONG}}}]}}`,
    );
    const sent = graph.received[1]?.body.match(/"(id|weight)":\d+/g)?.sort();
    const weight = `"weight":${LONG}`;
    expect(sent).toEqual([`"id":9007199254740992`, `"id":${BIG}`, weight, weight]);
  });

  it('keep their digits through batches, persisted queries, GET, @defer and the cache', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'exact-'));
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => rm(folder, { recursive: true }));
    const config = join(folder, 'router.yaml');
    await writeFile(config, 'batching: { enabled: true, mode: batch_http_link }\nresponse_cache: { enabled: true }\n');
    await using graph = await startLists(
      {
        big: `{"data":{"big":${BIG}}}`,
        one: `{"data":{"one":{"__typename":"Thing","id":${BIG},"weight":${LONG}}}}`,
      },
      [`{"__typename":"Thing","name":"n","heavy":${FINE}}`],
      { config },
    );
    const query = 'query($v: J) { big(v: $v) }';
    const one = queryBody(query, `{"v":${LONG}}`);
    const answered = `{"data":{"big":${BIG}}}`;
    expect(await graph.post(`[${one},${one}]`)).toBe(`[${answered},${answered}]`);
    const extensions = `{"persistedQuery":{"version":1,"sha256Hash":"${createHash('sha256').update(query).digest('hex')}"}}`;
    expect(await graph.post(`${one.slice(0, -1)},"extensions":${extensions}}`)).toBe(answered);
    expect(await graph.post(`{"variables":{"v":${FINE}},"extensions":${extensions}}`)).toBe(answered);
    const parameters = new URLSearchParams({ query, variables: `{"v":${BIG}}` });
    const got = await fetch(`${graph.url}?${parameters}`, { headers: { 'apollo-require-preflight': '1' } });
    expect(await got.text()).toBe(answered);
    expect(new Set(graph.received.map(({ body }) => /"variables":(.*)}$/.exec(body)?.[1]))).toEqual(
      new Set([`{"v":${LONG}}`, `{"v":${FINE}}`, `{"v":${BIG}}`]),
    );
    const asked = graph.received.length;
    // From the cache: nobody is asked again.
    expect(await graph.post(one)).toBe(answered);
    expect(graph.received).toHaveLength(asked);
    const parts = await graph.post(queryBody('{ one { id ... @defer { heavy } } }'), {
      accept: 'multipart/mixed;deferSpec=20220824',
    });
    expect(parts).toContain(`{"one":{"id":${BIG}}}`);
    expect(parts).toContain(`{"heavy":${FINE}}`);
  });

  it('keep their digits in subscriptions, forwarded and completed, and over a WebSocket', async () => {
    await using graph = await startLists({}, [`{"heavy":${FINE}}`]);
    const stream = async (query: string) =>
      graph.post(queryBody(query, `{"v":${LONG}}`), { accept: 'text/event-stream' });
    expect(await stream('subscription { ticks }')).toContain(`{"data":{"ticks":${BIG}}}`);
    expect(await stream('subscription { renamed: ticks }')).not.toContain('9007199254740992');
    expect(await stream('subscription { things { id heavy } }')).toContain(
      `{"data":{"things":{"id":${BIG},"heavy":${FINE}}}}`,
    );
    expect(await socketAnswer(graph.url, queryBody('subscription { ticks }'))).toBe(`{"data":{"ticks":${BIG}}}`);
  });

  it('keep their digits in variables over a WebSocket', async () => {
    await using graph = await startLists({ big: `{"data":{"big":${LONG}}}` });
    const payload = queryBody('query($v: J) { big(v: $v) }', `{"v":${BIG}}`);
    expect(await socketAnswer(graph.url, payload)).toBe(`{"data":{"big":${LONG}}}`);
    expect(graph.received[0]?.body).toContain(`"variables":{"v":${BIG}}`);
  });
});

/** The text of the first result. */
async function socketAnswer(url: string, payload: string): Promise<string> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  try {
    return await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => socket.send('{"type":"connection_init"}'));
      socket.on('message', (message) => {
        const text = String(message);
        if (text.includes('connection_ack')) socket.send(`{"id":"1","type":"subscribe","payload":${payload}}`);
        const [, result] = /"type":"next","payload":(.*)}$/.exec(text) ?? [];
        if (result) resolve(result);
        if (text.includes('"type":"error"')) reject(new Error(text));
      });
    });
  } finally {
    socket.terminate();
  }
}
