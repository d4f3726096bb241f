// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { ask, sayHello, startGreeterGraph, startUpstream, type UpstreamOptions } from './traffic.fixture.ts';

const folder = join(import.meta.dirname, '..', 'fixtures', 'tls');
const read = (name: string) => readFile(join(folder, name), 'utf8');

/** What a server needs that trusts only who shows the second certificate. */
async function toServer(options: object = {}): Promise<UpstreamOptions['tls']> {
  return { cert: await read('first.cert.pem'), key: await read('first.key.pem'), ...options };
}

describe('tls.subgraph', () => {
  const trust = `certificate_authorities: "\${file.${folder}/first.cert.pem}"`;
  const show = `client_authentication: { certificate_chain: "\${file.${folder}/second.cert.pem}", key: "\${file.${folder}/second.key.pem}" }`;
  const demanding = async () =>
    toServer({ requestCert: true, rejectUnauthorized: true, ca: await read('second.cert.pem') });

  it.each([
    ['all', `all: { ${trust}, ${show} }`],
    ['one subgraph, on top of all', `all: { ${trust} }, subgraphs: { greeter: { ${show} } }`],
  ])('trusts its own authorities and shows its certificate: %s', async (_, config) => {
    await using upstream = await startUpstream((one) => sayHello(one), { tls: await demanding() });
    await using graph = await startGreeterGraph(upstream.url, `tls: { subgraph: { ${config} } }`);
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
    const { socket } = (await upstream.request(0)).request;
    expect((socket as TLSSocket).getPeerCertificate().subject.CN).toBe('second.test');
  });

  it.each([
    ['without the certificate', `all: { ${trust} }`, /ERR_SSL|UND_ERR_SOCKET|ECONNRESET/],
    ['without the authority', `all: { ${show} }`, /SELF_SIGNED/],
  ])('does not get through %s', async (_, config, reason) => {
    await using upstream = await startUpstream((one) => sayHello(one), { tls: await demanding() });
    await using graph = await startGreeterGraph(upstream.url, `tls: { subgraph: { ${config} } }`);
    const { errors } = await graph.query('{ hello }');
    expect(errors?.[0]?.extensions).toMatchObject({ service: 'greeter', reason: expect.stringMatching(reason) });
    expect(upstream.received).toHaveLength(0);
  });
});

describe('a route to a subgraph', () => {
  it('trusts and shows what requests to the subgraph do', async () => {
    const tls = await toServer({ requestCert: true, rejectUnauthorized: true, ca: await read('second.cert.pem') });
    await using upstream = await startUpstream(({ response }) => response.end('an export'), { tls });
    const config = `routes: [{ path: /exports, subgraph: greeter }]
tls:
  subgraph:
    all:
      certificate_authorities: \${file.${folder}/first.cert.pem}
      client_authentication: { certificate_chain: "\${file.${folder}/second.cert.pem}", key: "\${file.${folder}/second.key.pem}" }`;
    await using graph = await startGreeterGraph(upstream.url, config);
    const answer = await fetch(graph.url.replace('/graphql', '/exports/1'));
    expect(await answer.text()).toBe('an export');
  });
});

describe('http2', () => {
  const tls = `tls: { subgraph: { all: { certificate_authorities: "\${file.${folder}/first.cert.pem}" } } }\n`;
  const shaping = (http2: string) => `traffic_shaping: { all: { http2: ${http2}, deduplicate_query: false } }`;

  it.each([
    ['enable', true, '2.0'],
    ['disable', true, '1.1'],
    ['http2only', false, '2.0'],
    ['enable', false, '1.1'],
  ])('%s, over TLS: %p', async (mode, isTls, version) => {
    const options = { http2: version === '2.0' || isTls, ...(isTls && { tls: await toServer({ allowHTTP1: true }) }) };
    await using upstream = await startUpstream((one) => sayHello(one), options);
    await using graph = await startGreeterGraph(upstream.url, `${isTls ? tls : ''}${shaping(mode)}`);
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
    expect((await upstream.request(0)).request.httpVersion).toBe(version);
  });

  it('carries queries at once over one connection, and cancels single ones', async () => {
    await using upstream = await startUpstream((one, index) => index === 0 && sayHello(one), { http2: true });
    await using graph = await startGreeterGraph(upstream.url, shaping('http2only'));
    await graph.query('{ hello }');
    const gone = ask(graph.url, '{ hello }');
    const { response } = await upstream.request(1);
    const others = Array.from({ length: 4 }, () => ask(graph.url, '{ hello }'));
    await upstream.request(5);
    expect(upstream.sockets.size).toBe(1);
    const closed = once(response, 'close');
    gone.cancel();
    await closed;
    for (const one of upstream.received.slice(2)) sayHello(one);
    for (const { answered } of others) expect((await answered).body).toEqual({ data: { hello: 'hi' } });
    expect(upstream.sockets.size).toBe(1);
  });

  it('never sends a mutation twice when the connection breaks', async () => {
    await using upstream = await startUpstream(() => undefined, { http2: true });
    await using graph = await startGreeterGraph(upstream.url, shaping('http2only'));
    const mutation = ask(graph.url, 'mutation { change }');
    await upstream.request(0);
    for (const socket of upstream.sockets) socket.destroy();
    expect((await mutation.answered).body.errors?.[0]?.extensions?.code).toBe('SUBREQUEST_HTTP_ERROR');
    const query = ask(graph.url, '{ hello }');
    const next = await upstream.request(1);
    expect(next.body.toString()).toContain('hello');
    sayHello(next);
    expect((await query.answered).body).toEqual({ data: { hello: 'hi' } });
  });
});
