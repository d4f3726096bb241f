import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ask } from './support/client.ts';
import { createDataDirectory, startEmbeddedGraph } from './support/embedded-graph.ts';

const refusal = (start: Promise<AsyncDisposable>) =>
  start.then(
    () => 'it started',
    (error: Error) => error.message,
  );

describe('npm start', () => {
  it('keeps its data, and stops in order though nobody takes its traces', async () => {
    await using data = await createDataDirectory();
    const login = 'mutation($input: LoginInput!) { login(input: $input) { user { id } } }';
    const ids: unknown[] = [];
    for (let round = 0; round < 2; round++) {
      await using graph = await startEmbeddedGraph({ dataDir: data.path, env: { ZIPKIN_URL: 'http://127.0.0.1:1' } });
      const [, email, password] = /Demo login: (\S+) (\S+)/.exec(graph.process.output()) ?? [];
      const answer = await ask(graph.url, login, { input: { email, password } });
      expect(answer.errors).toBeUndefined();
      ids.push(answer.data.login.user.id);
      graph.process.kill('SIGINT');
      expect(await graph.process.exited).toBe(0);
    }
    expect(ids[0]).toBe(ids[1]);
  });

  it('says what is wrong and ends with 1: a taken port', async () => {
    await using data = await createDataDirectory();
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const message = await refusal(startEmbeddedGraph({ dataDir: data.path, env: { PORT: String(port) } }));
    holder.close();
    expect(message).toContain('ended with 1');
    expect(message).toContain(`127.0.0.1:${port} is in use`);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1:0 is not an address of this machine. Set HOST to one of its addresses'],
    [
      'no-such-host.invalid',
      "HOST 'no-such-host.invalid' is neither an address nor a name that this machine can resolve",
    ],
  ])('says in one line what is wrong and ends with 1: HOST %s', async (host, expected) => {
    await using data = await createDataDirectory();
    const message = await refusal(startEmbeddedGraph({ dataDir: data.path, env: { HOST: host } }));
    const lines = message.trimEnd().split('\n');
    expect(lines[0]).toContain('ended with 1');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(`VibeCode AI cannot start: ${expected}`);
  });

  it('says what is wrong and ends with 1: a directory that cannot be', async () => {
    await using data = await createDataDirectory();
    const file = join(data.path, 'file');
    await writeFile(file, '');
    const below = join(file, 'below');
    const message = await refusal(startEmbeddedGraph({ dataDir: below }));
    expect(message).toContain('ended with 1');
    expect(message).toContain(`The data directory '${below}' is not usable`);
  });

  it('says what is wrong and ends with 1: a server that does not answer, whichever service needs it', async () => {
    await using data = await createDataDirectory();
    const url = 'postgres://127.0.0.1:1/nothing';
    for (const name of ['REDIS_URL', 'MONGODB_URL', 'AI_GENERATION_DATABASE_URL']) {
      const env = {
        [name]: url.replace(/^postgres/, { REDIS_URL: 'redis', MONGODB_URL: 'mongodb' }[name] ?? 'postgres'),
      };
      const message = await refusal(startEmbeddedGraph({ dataDir: data.path, env }));
      expect(message).toContain('ended with 1');
      expect(message).toContain('no server answers at 127.0.0.1:1.');
    }
  });

  it('says what is wrong and ends with 1: what production needs and does not have', async () => {
    await using data = await createDataDirectory();
    const message = await refusal(startEmbeddedGraph({ dataDir: data.path, env: { NODE_ENV: 'production' } }));
    expect(message).toContain('In production nothing is embedded');
    for (const name of ['REDIS_URL', 'KAFKA_BROKERS', 'MONGODB_URL', 'AUTH_DATABASE_URL', 'AI_GENERATION_DATABASE_URL'])
      expect(message).toContain(`${name} is missing`);
  });

  it('says what is wrong and ends with 1: every bad setting at once', async () => {
    await using data = await createDataDirectory();
    const env = { PORT: 'eighty', LOG_LEVEL: 'loud', REDIS_URL: 'localhost', AUTH_BCRYPT_COST: '99', SANDBOX: 'none' };
    const message = await refusal(startEmbeddedGraph({ dataDir: data.path, env }));
    expect(message).toContain('ended with 1');
    for (const name of Object.keys(env)) expect(message).toContain(name);
    expect(message).toContain('expected a whole number from 0 to 65535');
  });
});
