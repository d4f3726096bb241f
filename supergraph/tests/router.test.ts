import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readRouterOptions } from '../src/router.options.ts';
import { ask, composeFields, createFolder, startEcho } from './support/source.fixture.ts';

const root = join(import.meta.dirname, '..', '..');
const SYSTEM = join(import.meta.dirname, '..', '..', 'schema', 'supergraph.graphql');

interface RunningRouter extends AsyncDisposable {
  readonly url: string;
  /** Time until it was ready: of its own work where the system tells, whatever else the machine was busy with. */
  readonly readyMs: number;
}

function spawnRouter(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess & { output(): string } {
  const child = spawn(
    join(root, 'node_modules', '.bin', 'node'),
    [join(root, 'supergraph', 'dist', 'router.js'), ...args],
    {
      env: { PATH: process.env.PATH, ...env },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return Object.assign(child, { output: () => output });
}

async function exitOf(...args: Parameters<typeof spawnRouter>): Promise<{ code: number | null; output: string }> {
  const child = spawnRouter(...args);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output: child.output() };
}

/** The command as an operator runs it, until it says where it listens. */
async function startRouter(...args: Parameters<typeof spawnRouter>): Promise<RunningRouter> {
  const started = performance.now();
  const child = spawnRouter(...args);
  const url = await new Promise<string>((resolve, reject) => {
    const look = () => {
      const found = /"url":"([^"]+)"/.exec(child.output())?.[1];
      if (found) resolve(found);
    };
    child.stdout?.on('data', look);
    child.once('close', () => reject(new Error(child.output())));
  });
  return {
    url,
    readyMs: cpuMs(child.pid!) ?? performance.now() - started,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await closed;
    },
  };
}

/** User and system time of a process so far, all threads; null where there is no /proc. */
function cpuMs(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

describe('the router command', () => {
  it('serves a supergraph on its own, healthy, and stops when told', async () => {
    await using echo = await startEcho();
    await using folder = await createFolder();
    const file = join(folder.path, 'supergraph.graphql');
    await writeFile(file, composeFields(echo.url, 'hello'));
    await using router = await startRouter([
      '--supergraph',
      file,
      '--listen',
      '127.0.0.1:0',
      '--hot-reload',
      '--log',
      'info',
    ]);
    expect(await ask(router.url, '{ hello }')).toEqual({ data: { hello: 'hello' } });
    for (const path of ['/health?ready', '/health?live', '/health/ready', '/health/live']) {
      const answer = await fetch(`${router.url}${path}`);
      expect([answer.status, await answer.json()]).toEqual([200, { status: 'UP' }]);
    }
  });

  it('takes its options from the environment as well', async () => {
    await using echo = await startEcho();
    await using folder = await createFolder();
    const [file, config] = [join(folder.path, 'supergraph.graphql'), join(folder.path, 'router.yaml')];
    await writeFile(file, composeFields(echo.url, 'hello'));
    await writeFile(config, 'homepage: { enabled: false }\n');
    await using router = await startRouter(['--dev'], {
      APOLLO_ROUTER_SUPERGRAPH_PATH: file,
      APOLLO_ROUTER_CONFIG_PATH: config,
      APOLLO_ROUTER_LISTEN_ADDRESS: '127.0.0.1:0',
    });
    const { data } = await ask(router.url, '{ __schema { queryType { name } } }');
    expect(data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    expect((await fetch(router.url)).headers.get('content-type')).toContain('text/html');
  });

  it('is ready within two seconds of work over a supergraph of seven services', async () => {
    await using router = await startRouter(['-s', SYSTEM, '--listen', '127.0.0.1:0']);
    expect(router.readyMs).toBeLessThan(2_000);
  });

  it('says what is wrong with what it is given, without a stack', async () => {
    await using folder = await createFolder();
    const write = async (name: string, text: string) => {
      await writeFile(join(folder.path, name), text);
      return join(folder.path, name);
    };
    const good = await write('good.graphql', composeFields('http://127.0.0.1:1', 'a'));
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    await using _taken = { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => taken.close(() => resolve())) };
    const { port } = taken.address() as { port: number };
    const cases: [readonly string[], RegExp][] = [
      [[], /--supergraph is missing/],
      [['--supergrph', 'x'], /Unknown option '--supergrph'/],
      [['-s', '/nowhere.graphql'], /\/nowhere\.graphql cannot be read \(ENOENT\)/],
      [['-s', await write('plain.graphql', 'type Query { a: Int }')], /not a composed supergraph/],
      [['-s', await write('broken.graphql', 'type {')], /not a composed supergraph.*Syntax Error/s],
      [
        [
          '-s',
          await write(
            'join.graphql',
            (await composeFields('http://127.0.0.1:1', 'a')).replace(/join\/v0\.\d/, 'join/v9.9'),
          ),
        ],
        /not a composed supergraph.*join.*v9\.9/s,
      ],
      [
        [
          '-s',
          await write(
            'link.graphql',
            (await composeFields('http://127.0.0.1:1', 'a')).replace(
              'specs.apollo.dev/link/v1.0',
              'specs.apollo.dev/link/v7.0',
            ),
          ),
        ],
        /not a composed supergraph.*link.*v7\.0/s,
      ],
      [['-s', good, '-c', '/nowhere.yaml'], /\/nowhere\.yaml cannot be read \(ENOENT\)/],
      [
        ['-s', good, '-c', await write('bad.yaml', 'limts: {}')],
        /bad\.yaml:1:1 error limts: unknown key 'limts'; did you mean 'limits'/,
      ],
      [['-s', good, '--listen', `127.0.0.1:${port}`], new RegExp(`127\\.0\\.0\\.1:${port} is in use`)],
    ];
    const wrong: string[] = [];
    for (const [args, expected] of cases) {
      const { code, output } = await exitOf(args);
      if (code !== 1 || !expected.test(output) || /^ {4}at /m.test(output))
        wrong.push(`${args.join(' ')} -> ${code} ${output}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('options of the router command', () => {
  const read = (args: string[], env: Record<string, string> = {}) => readRouterOptions(args, env);

  it('has flags win over the environment', async () => {
    const env = {
      APOLLO_ROUTER_SUPERGRAPH_PATH: 'a',
      APOLLO_ROUTER_LOG: 'debug',
      APOLLO_ROUTER_LISTEN_ADDRESS: '0.0.0.0:1',
    };
    expect(await read(['--log', 'warn', '--listen', '[::1]:2'], env)).toMatchObject({
      logLevel: 'warn',
      host: '::1',
      port: 2,
    });
    expect(await read([], env)).toMatchObject({ logLevel: 'debug', host: '0.0.0.0', port: 1 });
  });

  it.each<[string[], Record<string, string>, RegExp]>([
    [['-s', 'a', '--log', 'loud'], {}, /--log is 'loud'; expected off, error/],
    [['-s', 'a', '--listen', 'here'], {}, /--listen is 'here'; expected HOST:PORT/],
    [['--subgraph', 'users'], {}, /expected NAME=URL/],
    [['-s', 'a', '--subgraph', 'users=http://127.0.0.1:1'], {}, /cannot be combined/],
    [['--supergraph-urls', 'http://a.example,ftp://b'], {}, /'ftp:\/\/b'; expected http or https URLs/],
    [['-s', 'http://a.example', '--poll-interval', 'often'], {}, /--poll-interval is 'often'; expected a duration/],
    [[], { APOLLO_KEY: 'k' }, /APOLLO_GRAPH_REF is not/],
    [[], { APOLLO_GRAPH_REF: 'g@v' }, /APOLLO_KEY is not/],
    [['--apollo-key-path', '/nowhere'], { APOLLO_GRAPH_REF: 'g@v' }, /\/nowhere cannot be read \(ENOENT\)/],
    [['--graph-artifact-reference', 'x'], {}, /Graph artifacts are not supported/],
  ])('refuses %j with %j', async (args, env, message) => {
    await expect(read(args, env)).rejects.toThrow(message);
  });
});
