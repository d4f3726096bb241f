import { openDatabase } from '@vibecode/platform/database';
import { newId } from '@vibecode/platform/id';
import { JobQueue } from '@vibecode/platform/jobs/job.queue';
import type { ServiceClient } from '@vibecode/platform/service-call';
import { type SubgraphTest, startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { database } from '../src/database.ts';
import { Execution, ExecutionStatus } from '../src/execution.entity.ts';
import { startCodeExecutor } from '../src/main.ts';

const RUN = 'mutation($input: RunInput!) { run(input: $input) { id status runtime { id sandbox } } }';
const RUN_PROJECT =
  'mutation($input: RunProjectInput!) { runProject(input: $input) { id project { id } version { id } } }';
const EXECUTION = `query($id: ID!) { execution(id: $id) {
  id status outcome exitCode stdout stderr truncated durationMs sandbox runtime { id language } project { id } version { id } } }`;
const OUTPUT =
  'subscription($id: ID!, $after: Int) { executionOutput(id: $id, afterSeq: $after) { seq stream text execution { id status } } }';

interface OutputEvent {
  seq: number;
  stream: 'STDOUT' | 'STDERR' | null;
  text: string | null;
  execution: { id: string; status: string };
}

const versionId = newId();
const projectFiles: Record<string, string> = {
  'package.json': '{"name":"greeter","scripts":{"start":"node src/greet.js"}}',
  'src/greet.js': "const { greet } = require('./words');\nconsole.log(greet('Ann'));",
  'src/words.js': 'exports.greet = (name) => "Hello, " + name + "!";',
};
/** The project service's answer, as it gives it for any project. */
const calls: ServiceClient = {
  call: async (_callee, _path, { body, result }) =>
    result.parse({
      ...(body as object),
      version: 3,
      versionId,
      language: 'javascript',
      files: Object.entries(projectFiles).map(([path, content]) => ({
        path,
        contentBase64: Buffer.from(content).toString('base64'),
      })),
    }),
};

async function readOutput(test: SubgraphTest, token: string, id: string, after = 0): Promise<OutputEvent[]> {
  const events: OutputEvent[] = [];
  for await (const { data, errors } of test.subscribe(OUTPUT, { id, after }, token)) {
    if (errors) throw new Error(JSON.stringify(errors));
    events.push((data as unknown as { executionOutput: OutputEvent }).executionOutput);
  }
  return events;
}

describe('code-executor subgraph', () => {
  let test: SubgraphTest;
  let ann: string;
  let bob: string;

  beforeAll(async () => {
    test = await startSubgraphTest('code-executor', startCodeExecutor, { calls });
    ann = await test.sign({ userId: newId() });
    bob = await test.sign({ userId: newId() });
  });
  afterAll(() => test[Symbol.asyncDispose]());

  async function run(files: Record<string, string>, entrypoint: string, token = ann, runtime = 'javascript') {
    const input = { runtime, entrypoint, files: Object.entries(files).map(([path, content]) => ({ path, content })) };
    const { data, errors } = await test.query(RUN, { input }, token);
    if (errors) throw new Error(JSON.stringify(errors));
    return (data as { run: { id: string } }).run.id;
  }
  async function find(id: string, token = ann) {
    const { data } = await test.query(EXECUTION, { id }, token);
    return (data as { execution: Record<string, unknown> }).execution;
  }

  it('streams what it stores, completes when the run has finished, and replays from anywhere', async () => {
    const id = await run(
      {
        'main.js':
          "for (let i = 0; i < 3; i++) setTimeout(() => { console.log('line', i); console.error('é\\0'); }, i * 40);",
      },
      'main.js',
    );
    const live = await readOutput(test, ann, id);
    const stored = await find(id);
    expect(stored).toMatchObject({
      status: 'FINISHED',
      outcome: 'SUCCEEDED',
      exitCode: 0,
      truncated: false,
      sandbox: 'wasm',
    });
    for (const [stream, field] of [
      ['STDOUT', 'stdout'],
      ['STDERR', 'stderr'],
    ] as const) {
      const text = live.map((event) => (event.stream === stream ? event.text : '')).join('');
      expect(text).toBe(stored[field]);
      expect(text).not.toBe('');
    }
    expect(live.map(({ seq }) => seq)).toEqual(live.map((_, index) => index + 1));
    expect(live.at(-1)).toMatchObject({ stream: null, text: null, execution: { id, status: 'FINISHED' } });
    const withoutStatus = (events: OutputEvent[]) => events.map(({ seq, stream, text }) => ({ seq, stream, text }));
    expect(withoutStatus(await readOutput(test, ann, id, 2))).toEqual(withoutStatus(live.slice(2)));
    expect(await readOutput(test, ann, id, live.length)).toEqual([]);
  });

  it('runs a project by its id alone, and is found as the last run of its version', async () => {
    const projectId = newId();
    const { data } = await test.query(RUN_PROJECT, { input: { projectId } }, ann);
    const { runProject } = data as { runProject: { id: string } };
    expect(runProject).toMatchObject({ project: { id: projectId }, version: { id: versionId } });
    await readOutput(test, ann, runProject.id);
    expect(await find(runProject.id)).toMatchObject({ outcome: 'SUCCEEDED', stdout: 'Hello, Ann!\n' });
    const reference =
      'query($r: [_Any!]!) { _entities(representations: $r) { ... on Version { lastRun { id outcome } } } }';
    const variables = { r: [{ __typename: 'Version', id: versionId }] };
    expect(await test.query(reference, variables, ann)).toEqual({
      data: { _entities: [{ lastRun: { id: runProject.id, outcome: 'SUCCEEDED' } }] },
    });
    expect(await test.query(reference, variables, bob)).toEqual({ data: { _entities: [{ lastRun: null }] } });
  });

  it('cancels a running program and one that still waits', async () => {
    const endless = { 'a.js': "console.log('on'); for (;;);" };
    const ids = [await run(endless, 'a.js'), await run(endless, 'a.js'), await run(endless, 'a.js')];
    for await (const { data } of test.subscribe(OUTPUT, { id: ids[0] }, ann)) {
      expect((data as unknown as { executionOutput: OutputEvent }).executionOutput.text).toBe('on\n');
      break;
    }
    for (const id of ids.toReversed())
      await test.query('mutation($id: ID!) { cancelRun(id: $id) { id } }', { id }, ann);
    for (const id of ids) {
      await readOutput(test, ann, id);
      expect(await find(id)).toMatchObject({ status: 'FINISHED', outcome: 'CANCELLED' });
    }
  });

  it('finishes what a dead worker left, and tells whoever watches', async () => {
    const ownerId = newId();
    const id = newId();
    const orm = await openDatabase({ ...database, url: test.infrastructure.databaseUrl, poolSize: 1 });
    const abandoned = Object.assign(new Execution(), {
      id,
      ownerId,
      runtimeId: 'javascript',
      sandbox: 'wasm',
      status: ExecutionStatus.RUNNING,
      createdAt: new Date(),
      startedAt: new Date(),
    });
    const partial = { seq: 1, data: JSON.stringify({ stream: 'STDOUT', text: 'half' }) };
    await test.infrastructure.streamLog.append(`execution:${id}`, 1, [partial]);
    await orm.em.fork().transactional(async (em) => {
      await em.persist(abandoned).flush();
      const limits = { waiting: 1, waitingOfUser: 1 };
      const dead = new JobQueue({ service: 'code-executor', limits, leaseMs: 0 });
      await dead.enqueue(em, { id, userId: ownerId });
      await dead.claim(em);
    });
    await orm.close(true);
    const owner = await test.sign({ userId: ownerId });
    expect((await readOutput(test, owner, id)).map(({ text }) => text)).toEqual(['half', null]);
    expect(await find(id, owner)).toMatchObject({ status: 'FINISHED', outcome: 'SANDBOX_FAULT', stdout: 'half' });
  });

  it('shows runs to nobody but their owner', async () => {
    const id = await run({ 'a.js': '' }, 'a.js');
    expect(await test.query(EXECUTION, { id }, bob)).toMatchObject({
      data: { execution: null },
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    await expect(readOutput(test, bob, id)).rejects.toThrow('NOT_FOUND');
    expect(await test.query('mutation($id: ID!) { cancelRun(id: $id) { id } }', { id }, bob)).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    expect(await test.query('{ runtimes { id } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it.each([
    ['an unknown runtime', { runtime: 'cobol' }, 'EXECUTOR_RUNTIME_UNKNOWN', 'javascript, typescript, python'],
    ['an entrypoint that is no file', { entrypoint: 'b.js' }, 'EXECUTOR_ENTRYPOINT_UNKNOWN', "'b.js'"],
    ['no files', { files: [] }, 'INVALID_INPUT', 'at least one file'],
    ['a path that leads out', { files: [{ path: '../x', content: '' }] }, 'INVALID_INPUT', 'relative path'],
    [
      'a path twice',
      {
        files: [
          { path: 'a.js', content: '' },
          { path: 'a.js', content: '' },
        ],
      },
      'INVALID_INPUT',
      'twice',
    ],
    [
      'a file too large',
      { files: [{ path: 'a.js', content: 'x'.repeat(1024 * 1024 + 1) }] },
      'INVALID_INPUT',
      'at most 1048576 bytes',
    ],
    ['an argument with NUL', { args: ['a\0b'] }, 'INVALID_INPUT', 'NUL'],
  ])('refuses %s', async (_what, change, code, text) => {
    const input = { runtime: 'javascript', entrypoint: 'a.js', files: [{ path: 'a.js', content: '' }], ...change };
    const { errors } = await test.query(RUN, { input }, ann);
    expect(errors?.[0]?.extensions).toMatchObject({ code });
    expect(errors?.[0]?.message).toContain(text);
  });
});
