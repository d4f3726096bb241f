import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Agent } from 'undici';
import { startGateway } from '../../src/gateway/gateway.ts';
import { composeFields, createFolder, observeLog, startEcho, startServer } from '../support/source.fixture.ts';

describe('reloads under traffic', () => {
  it('fail no request and close no connection', async () => {
    await using echo = await startEcho();
    await using folder = await createFolder();
    const path = join(folder.path, 'supergraph.graphql');
    const config = join(folder.path, 'router-config.yaml');
    const versions = [composeFields(echo.url, 'always'), composeFields(echo.url, 'always', 'more')];
    await writeFile(path, versions[0]!);
    await writeFile(config, 'limits: { router: { max_depth: 9 } }\n');
    const { log, lines, until } = observeLog();
    await using gateway = await startGateway({ supergraph: { path }, config, port: 0, log });
    let connections = 0;
    gateway.server.on('connection', () => {
      connections += 1;
    });
    const agent = new Agent({ connections: 4 });
    await using _agent = { [Symbol.asyncDispose]: () => agent.close() };
    let isOver = false;
    const failures: unknown[] = [];
    let answered = 0;
    const client = async (): Promise<void> => {
      while (!isOver) {
        const { statusCode, body } = await agent.request({
          origin: gateway.url,
          path: '/graphql',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: `query Q${answered % 7} { always }` }),
        });
        const answer = (await body.json()) as { data?: { always?: string } };
        if (statusCode !== 200 || answer.data?.always !== 'always') failures.push([statusCode, answer]);
        answered += 1;
      }
    };
    const clients = Promise.all([client(), client(), client(), client()]);
    const reloads = (action: string) => lines.filter((line) => line.includes(`"${action}"`)).length;
    for (let round = 1; round <= 4; round++) {
      await writeFile(path, versions[round % 2]!);
      await until('"supergraph.reloaded"', round);
      await writeFile(config, `limits: { router: { max_depth: ${9 + round} } }\n`);
      await until('"config.reloaded"', round);
    }
    isOver = true;
    await clients;
    expect(failures).toEqual([]);
    expect([reloads('supergraph.reloaded'), reloads('config.reloaded'), connections]).toEqual([4, 4, 4]);
    expect(answered).toBeGreaterThan(8);
  });

  it('let a route that streams go on to its end', async () => {
    const halfway = Promise.withResolvers<void>();
    await using files = await startServer(async (_request, response) => {
      response.write('first,');
      await halfway.promise;
      response.end('last');
    });
    await using echo = await startEcho();
    await using folder = await createFolder();
    const config = join(folder.path, 'router-config.yaml');
    const route = `routes: [{ path: /files, url: "${files.url}" }]\n`;
    await writeFile(config, route);
    const { log, until } = observeLog();
    await using gateway = await startGateway({
      supergraph: { sdl: composeFields(echo.url, 'a') },
      config,
      port: 0,
      log,
    });
    const received = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    request(`${gateway.url}/files`, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        begun.resolve();
      });
      response.on('end', () => received.resolve(text));
      response.on('error', received.reject);
    }).end();
    await begun.promise;
    for (let round = 1; round <= 7; round++) {
      await writeFile(config, `${route}limits: { router: { max_depth: ${round} } }\n`);
      await until('"config.reloaded"', round);
    }
    halfway.resolve();
    expect(await received.promise).toBe('first,last');
  });
});
