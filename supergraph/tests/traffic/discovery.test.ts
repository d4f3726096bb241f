// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pino } from 'pino';
import { startDnsServer } from './dns.server.ts';
import { ask, sayHello, startGreeterGraph, startUpstream, type Upstream } from './traffic.fixture.ts';

const retrying = 'traffic_shaping: { all: { deduplicate_query: false, retry: { backoff: 1ms } } }';
const listed = (...upstreams: Upstream[]) =>
  `discovery: { subgraphs: { greeter: { urls: [${upstreams.map(({ url }) => `"${url}"`).join(', ')}] } } }\n`;
const unused = 'http://127.0.0.1:1/graphql';

/** A log that says when the next event with an action is written. */
function listen() {
  let heard: (line: string) => void = () => undefined;
  const log = pino({}, { write: (line: string) => heard(line) });
  const next = (action: string) =>
    new Promise<void>((resolve) => {
      heard = (line) => line.includes(`"${action}"`) && resolve();
    });
  return { log, next };
}

describe('several instances of a subgraph', () => {
  it('take turns, and get less the more they have to do', async () => {
    await using one = await startUpstream((received, index) => index > 0 && sayHello(received));
    await using two = await startUpstream((received) => sayHello(received));
    await using graph = await startGreeterGraph(unused, listed(one, two) + retrying);
    // The first request at one of them hangs: from then on the other has less to do, and gets all.
    const asked = Array.from({ length: 2 }, () => ask(graph.url, '{ hello }'));
    await one.request(0);
    for (let n = 0; n < 10; n++) expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
    expect([one.received.length, two.received.length]).toEqual([1, 11]);
    sayHello(await one.request(0));
    for (const { answered } of asked) await answered;
    for (let n = 0; n < 10; n++) await graph.query('{ hello }');
    expect([one.received.length, two.received.length]).toEqual([6, 16]);
  });

  it('lose no query when one dies under load, run no mutation twice, and are asked again when they are back', async () => {
    const started = await startUpstream((received) => sayHello(received));
    const { port } = started;
    await using two = await startUpstream((received) => sayHello(received));
    await using graph = await startGreeterGraph(unused, listed(started, two) + retrying);
    let isDone = false;
    let queries = 0;
    const failures: unknown[] = [];
    const query = async () => {
      while (!isDone) {
        const { errors } = await graph.query('{ hello }');
        if (errors) failures.push(errors);
        queries += 1;
      }
    };
    let mutations = 0;
    const mutate = async () => {
      while (!isDone) await graph.query(`mutation M${mutations++} { change }`);
    };
    const load = Promise.all([...Array.from({ length: 6 }, query), mutate(), mutate()]);
    const until = async (reached: () => boolean) => {
      while (!reached()) await new Promise((resolve) => setImmediate(resolve));
    };
    await until(() => queries > 50);
    await started.kill();
    const atDeath = queries;
    await until(() => queries > atDeath + 200);
    await using back = await startUpstream((received) => sayHello(received), { port });
    await until(() => back.received.length > 10);
    isDone = true;
    await load;
    expect(failures).toEqual([]);
    const ran = [started, two, back].flatMap(({ received }) =>
      received.flatMap(({ body }) => /mutation (M\d+)/.exec(body.toString())?.[1] ?? []),
    );
    expect(ran.length).toBe(new Set(ran).size);
    expect(ran.length).toBeGreaterThan(10);
    expect(Math.min(started.received.length, two.received.length)).toBeGreaterThan(20);
  });

  it('that fail are tried by queries alone, one at a time', async () => {
    await using broken = await startUpstream(({ response }) => response.writeHead(503).end());
    await using sound = await startUpstream((received) => sayHello(received));
    await using graph = await startGreeterGraph(unused, listed(broken, sound) + retrying);
    for (let n = 0; n < 20; n++) expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
    expect(broken.received).toHaveLength(1);
  });
});

describe('discovery by DNS', () => {
  const watched = (servers: string, more = '') =>
    `discovery: { subgraphs: { greeter: { dns: { interval: 100ms, servers: ["${servers}"]${more} } } } }\n${retrying}`;

  it('finds an instance for each address, and keeps the name for the host header', async () => {
    await using dns = await startDnsServer();
    await using upstream = await startUpstream((received) => sayHello(received));
    dns.records.set('greeter.internal', [{ type: 'A', address: '127.0.0.1' }]);
    const heard = listen();
    const url = `http://greeter.internal:${upstream.port}/graphql`;
    await using graph = await startGreeterGraph(url, watched(dns.address), { log: heard.log });
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
    expect(upstream.received[0]?.request.headers.host).toBe(`greeter.internal:${upstream.port}`);
    const changed = heard.next('discovery.changed');
    dns.records.set('greeter.internal', [
      { type: 'A', address: '127.0.0.1' },
      { type: 'A', address: '127.0.0.2' },
    ]);
    await changed;
    // Nothing listens at the second address: it is tried once, and the query goes on to the first.
    for (let n = 0; n < 4; n++) expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
  });

  it('follows SRV records of the best priority, and holds what it found while names do not resolve', async () => {
    await using dns = await startDnsServer();
    await using one = await startUpstream((received) => sayHello(received, 'one'));
    await using two = await startUpstream((received) => sayHello(received, 'two'));
    const service = '_graphql._tcp.greeter.internal';
    const record = (priority: number, { port }: Upstream) =>
      ({ type: 'SRV', priority, port, target: 'localhost' }) as const;
    dns.records.set(service, [record(1, one), record(2, two)]);
    const heard = listen();
    const config = watched(dns.address, `, srv: ${service}`);
    await using graph = await startGreeterGraph(unused, config, { log: heard.log });
    for (let n = 0; n < 4; n++) expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'one' } });
    const changed = heard.next('discovery.changed');
    dns.records.set(service, [record(1, two)]);
    await changed;
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'two' } });
    const failed = heard.next('discovery.dns-failed');
    dns.records.clear();
    await failed;
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'two' } });
  });

  it('asks the system where no name server is named, and checks certificates by the name', async () => {
    const folder = join(import.meta.dirname, '..', 'fixtures', 'tls');
    const cert = await readFile(join(folder, 'first.cert.pem'));
    const key = await readFile(join(folder, 'first.key.pem'));
    let servername: unknown;
    await using upstream = await startUpstream(
      (received) => {
        ({ servername } = (received.request as IncomingMessage & { socket: { servername: unknown } }).socket);
        sayHello(received);
      },
      { tls: { cert, key } },
    );
    const config = `discovery: { subgraphs: { greeter: { dns: true } } }
tls: { subgraph: { all: { certificate_authorities: "\${file.${folder}/first.cert.pem}" } } }`;
    await using graph = await startGreeterGraph(`https://localhost:${upstream.port}/graphql`, config);
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
    expect(servername).toBe('localhost');
  });
});

describe('discovery by registry', () => {
  it('is refused where there is no registry', async () => {
    const config = 'discovery: { subgraphs: { greeter: { registry: true } } }';
    await expect(startGreeterGraph(unused, config)).rejects.toMatchObject({ code: 'GATEWAY_NO_REGISTRY' });
  });
});
