import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { startGateway } from '../../src/gateway/gateway.ts';
import { readSupergraphConfig } from '../../src/source/composition.config.ts';
import { compositionSource } from '../../src/source/composition.source.ts';
import { uplinkSource } from '../../src/source/uplink.source.ts';
import { urlSource } from '../../src/source/url.source.ts';
import { ask, composeFields, createFolder, observeLog, startEcho, startServer } from '../support/source.fixture.ts';
import { FEDERATION } from '../support/test.graph.ts';

const json = { 'content-type': 'application/json' };

describe('a supergraph file', () => {
  it('is taken over when it changes; a broken one is refused while the old one goes on', async () => {
    await using echo = await startEcho();
    await using folder = await createFolder();
    const path = join(folder.path, 'supergraph.graphql');
    await writeFile(path, composeFields(echo.url, 'old'));
    const { log, until } = observeLog();
    await using gateway = await startGateway({ supergraph: { path }, port: 0, log });
    expect(await ask(gateway.url, '{ old }')).toEqual({ data: { old: 'old' } });

    await writeFile(path, 'type Query { no: Supergraph }');
    expect(await until('supergraph.refused')).toContain('GATEWAY_INVALID_SUPERGRAPH');
    expect(await ask(gateway.url, '{ old }')).toEqual({ data: { old: 'old' } });

    await writeFile(path, composeFields(echo.url, 'old', 'fresh'));
    await until('supergraph.reloaded');
    expect(await ask(gateway.url, '{ old fresh }')).toEqual({ data: { old: 'old', fresh: 'fresh' } });
  });

  it('has the operations in use planned before it goes live', async () => {
    await using echo = await startEcho();
    await using folder = await createFolder();
    const path = join(folder.path, 'supergraph.graphql');
    await writeFile(path, composeFields(echo.url, 'a', 'b', 'gone'));
    const { log, until } = observeLog();
    await using gateway = await startGateway({ supergraph: { path }, port: 0, log });
    await ask(gateway.url, '{ a b }');
    await ask(gateway.url, '{ gone }');
    await ask(gateway.url, 'query Q { b @skip(if: false) }');

    await writeFile(path, composeFields(echo.url, 'a', 'b'));
    await until('supergraph.reloaded');
    const { operations } = gateway.core;
    expect(operations.inUse()).toEqual(['query Q { b @skip(if: false) }', '{ a b }']);
    const context = { id: '1', headers: {}, identity: null, signal: new AbortController().signal };
    expect([...operations.prepare({ query: '{ a b }' }, context).planned()]).toHaveLength(1);
  });
});

describe('supergraph URLs', () => {
  it('are tried in order, and polled where an interval is given', async () => {
    await using echo = await startEcho();
    let sdl = composeFields(echo.url, 'first');
    await using dead = await startServer((_request, response) => response.writeHead(503).end());
    await using alive = await startServer((_request, response) => response.end(sdl));
    const { log, until } = observeLog();
    const source = urlSource({ urls: [`${dead.url}/a`, `${alive.url}/b`], pollIntervalMs: 20 });
    await using gateway = await startGateway({ supergraph: source, port: 0, log });
    expect(await ask(gateway.url, '{ first }')).toEqual({ data: { first: 'first' } });
    sdl = composeFields(echo.url, 'second');
    await until('supergraph.reloaded');
    expect(await ask(gateway.url, '{ second }')).toEqual({ data: { second: 'second' } });
  });

  it('that all fail are named, without what might be secret in them', async () => {
    await using dead = await startServer((_request, response) => response.writeHead(503).end());
    const source = urlSource({ urls: [`${dead.url}/s?token=secret`, 'http://127.0.0.1:1/t'] });
    const starting = startGateway({ supergraph: source, port: 0, log: observeLog().log });
    await expect(starting).rejects.toMatchObject({
      code: 'GATEWAY_SUPERGRAPH_UNREADABLE',
      message: expect.stringContaining(`${dead.url}/s answered 503; http://127.0.0.1:1/t: `),
    });
  });
});

/** Speaks Uplink's protocol: a version is sent once to whoever does not have it. */
async function startUplink(first: { id: string; supergraphSdl: string }) {
  let published = first;
  const asked: { ref: string; apiKey: string; ifAfterId: string | null }[] = [];
  const waiting: (() => void)[] = [];
  const server = await startServer((_request, response, body) => {
    const { variables } = JSON.parse(body);
    asked.push(variables);
    for (const look of waiting.splice(0)) look();
    const routerConfig =
      variables.apiKey !== 'the-key'
        ? { __typename: 'FetchError', code: 'AUTHENTICATION_FAILED', message: 'Unable to authenticate' }
        : variables.ifAfterId === published.id
          ? { __typename: 'Unchanged' }
          : { __typename: 'RouterConfigResult', ...published, minDelaySeconds: 0.02 };
    response.writeHead(200, json).end(JSON.stringify({ data: { routerConfig } }));
  });
  return {
    ...server,
    asked,
    publish(id: string, supergraphSdl: string) {
      published = { id, supergraphSdl };
    },
    async until(holds: () => boolean) {
      while (!holds()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

describe('Apollo Uplink', () => {
  it('delivers supergraphs, over a second endpoint while the first is down', async () => {
    await using echo = await startEcho();
    await using uplink = await startUplink({ id: 'v1', supergraphSdl: composeFields(echo.url, 'one') });
    let isDown = true;
    await using other = await startServer((_request, response, body) => {
      if (isDown) response.writeHead(503).end();
      else
        fetch(uplink.url, { method: 'POST', headers: json, body }).then(async (answer) =>
          response.end(await answer.text()),
        );
    });
    const { log, until } = observeLog();
    const source = uplinkSource({ apiKey: 'the-key', graphRef: 'shop@prod', endpoints: [other.url, uplink.url] });
    await using gateway = await startGateway({ supergraph: source, port: 0, log });
    expect(await ask(gateway.url, '{ one }')).toEqual({ data: { one: 'one' } });
    expect(uplink.asked[0]).toEqual({ ref: 'shop@prod', apiKey: 'the-key', ifAfterId: null });
    await uplink.until(() => uplink.asked.some(({ ifAfterId }) => ifAfterId === 'v1'));

    uplink.publish('v2', 'no supergraph');
    await until('supergraph.refused');
    expect(await ask(gateway.url, '{ one }')).toEqual({ data: { one: 'one' } });

    isDown = false;
    uplink.publish('v3', composeFields(echo.url, 'one', 'three'));
    await until('supergraph.reloaded');
    expect(await ask(gateway.url, '{ three }')).toEqual({ data: { three: 'three' } });
  });

  it('that knows the key not keeps the gateway from starting, and says what to check', async () => {
    await using uplink = await startUplink({ id: 'v1', supergraphSdl: '' });
    const source = uplinkSource({ apiKey: 'other', graphRef: 'shop@prod', endpoints: [uplink.url], initialRetries: 0 });
    await expect(startGateway({ supergraph: source, port: 0, log: observeLog().log })).rejects.toMatchObject({
      code: 'GATEWAY_UPLINK_FAILED',
      message: expect.stringMatching(/shop@prod; check APOLLO_KEY.*Unable to authenticate/s),
    });
  });
});

/** A subgraph whose schema may change while it runs. */
async function startChangingSubgraph(sdl: string) {
  let schema = buildSubgraphSchema(parse(`${FEDERATION} ${sdl}`));
  const rootValue = { hello: 'hi', user: { id: '1' }, name: 'Ann', age: 7 };
  const server = await startServer(async (_request, response, body) => {
    const result = await graphql({ schema, source: JSON.parse(body).query, rootValue });
    response.writeHead(200, json).end(JSON.stringify(result));
  });
  return {
    ...server,
    change(next: string) {
      schema = buildSubgraphSchema(parse(`${FEDERATION} ${next}`));
    },
  };
}

describe('polled composition', () => {
  it('follows the schemas of running subgraphs, and keeps the old supergraph while they do not compose', async () => {
    await using greeter = await startChangingSubgraph('type Query { hello: String }');
    await using people = await startChangingSubgraph('type Query { name: String }');
    await using folder = await createFolder();
    await writeFile(join(folder.path, 'ages.graphql'), `${FEDERATION} type Query { age: Int }`);
    const config = join(folder.path, 'supergraph.yaml');
    await writeFile(
      config,
      `federation_version: =2.9.0
subgraphs:
  greeter: { routing_url: "${greeter.url}/graphql" }
  people: { schema: { subgraph_url: "${people.url}", introspection_headers: { x-a: b } } }
  ages: { routing_url: "${people.url}", schema: { file: ./ages.graphql } }
`,
    );
    const { log, until } = observeLog();
    const source = compositionSource({ subgraphs: await readSupergraphConfig(config), pollIntervalMs: 20 });
    await using gateway = await startGateway({ supergraph: source, port: 0, log });
    expect(await ask(gateway.url, '{ hello name }')).toEqual({ data: { hello: 'hi', name: 'Ann' } });

    people.change('type Query { name: String hello: Int }');
    expect(await until("couldn't be composed")).toMatch(/hello/);
    expect(await ask(gateway.url, '{ hello name }')).toEqual({ data: { hello: 'hi', name: 'Ann' } });

    people.change('type Query { name: String age: Int @shareable }');
    await writeFile(join(folder.path, 'ages.graphql'), `${FEDERATION} type Query { age: Int @shareable }`);
    await until('supergraph.reloaded');
    expect(await ask(gateway.url, '{ hello age }')).toEqual({ data: { hello: 'hi', age: 7 } });
  });

  it('that cannot begin says which subgraph does not answer', async () => {
    const source = compositionSource({ subgraphs: [{ name: 'gone', routingUrl: 'http://127.0.0.1:1/graphql' }] });
    await expect(startGateway({ supergraph: source, port: 0, log: observeLog().log })).rejects.toMatchObject({
      code: 'GATEWAY_COMPOSITION_FAILED',
      message: expect.stringContaining('"gone" at http://127.0.0.1:1/graphql'),
    });
  });

  it.each([
    ['subgraphs: {}', /expected a subgraph/],
    ['subgraphs: { a: { schema: { file: a.graphql } } }', /subgraphs.a has no routing_url/],
    ['subgraphs: { a: { schema: { graphref: "x@y", subgraph: a } } }', /expected one of file, subgraph_url or sdl/],
    ['subgraphs: [', /does not say what to compose/],
  ])('is told what is wrong with %j', async (text, message) => {
    await using folder = await createFolder();
    const path = join(folder.path, 'supergraph.yaml');
    await writeFile(path, text);
    await expect(readSupergraphConfig(path)).rejects.toMatchObject({
      code: 'GATEWAY_BAD_SUPERGRAPH_CONFIG',
      message: expect.stringMatching(message),
    });
  });
});
