import { randomUUID } from 'node:crypto';
import { type Answer, eventually, type Person, signUp } from './support/client.ts';
import { startRealGraph } from './support/real-graph.ts';

/** Before all ids of notifications. */
const BEFORE_ALL = '00000000-0000-7000-8000-000000000000';

async function addVersion(person: Person, projectId: string, baseVersion: number): Promise<void> {
  await person.must('mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { id } }', {
    input: {
      projectId,
      baseVersion,
      message: `after ${baseVersion}`,
      idempotencyKey: randomUUID(),
      changes: [{ operation: 'WRITE', path: `file-${baseVersion}.txt`, content: 'hello' }],
    },
  });
}

async function take(events: AsyncIterator<Answer>, count: number): Promise<Answer[]> {
  const taken: Answer[] = [];
  while (taken.length < count) {
    const { done, value } = await events.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

describe('a stream over kill -9 of the service that it comes from', () => {
  it('goes on with the next version of a project, and the next notification, none lost and none twice', async () => {
    await using graph = await startRealGraph({ env: { SANDBOX: 'wasm' }, portOffset: 23_000 });
    const ann = await signUp(graph.url, 'ann');
    const { createProject: project } = await ann.must(
      'mutation { createProject(input: { name: "Watched" }) { id head { number } } }',
    );
    const first = project.head.number;

    // One selects the cursor, the other does not, and is completed by another service.
    const versions = ann.watch(
      'subscription($id: ID!, $after: Int) { projectChanged(projectId: $id, afterVersion: $after) { version { number } } }',
      { id: project.id, after: first },
    );
    const messages = ann.watch(
      'subscription($id: ID!, $after: Int) { projectChanged(projectId: $id, afterVersion: $after) { version { message author { displayName } } } }',
      { id: project.id, after: first },
    );
    await addVersion(ann, project.id, first);
    expect(await take(versions, 1)).toEqual([{ data: { projectChanged: { version: { number: first + 1 } } } }]);
    await take(messages, 1);
    graph.processes.get('project')?.kill('SIGKILL');
    await graph.processes.get('project')?.exited;
    await graph.restart('project');
    await addVersion(ann, project.id, first + 1);
    await addVersion(ann, project.id, first + 2);
    expect(await take(versions, 2)).toEqual(
      [2, 3].map((n) => ({ data: { projectChanged: { version: { number: first + n } } } })),
    );
    expect(await take(messages, 2)).toEqual(
      [1, 2].map((n) => ({
        data: { projectChanged: { version: { message: `after ${first + n}`, author: { displayName: 'ann' } } } },
      })),
    );

    await ann.must(
      'mutation { setPreferences(input: [{ topic: "execution.complete", channel: INBOX, enabled: true }]) { topic } }',
    );
    const notifications = ann.watch('subscription($after: ID) { notificationReceived(after: $after) { topic } }', {
      after: BEFORE_ALL,
    });
    expect(await take(notifications, 1)).toEqual([{ data: { notificationReceived: { topic: 'user.registered' } } }]);
    graph.processes.get('notification')?.kill('SIGKILL');
    await graph.processes.get('notification')?.exited;
    const { run } = await ann.must('mutation($input: RunInput!) { run(input: $input) { id } }', {
      input: { runtime: 'javascript', files: [{ path: 'main.js', content: '1' }], entrypoint: 'main.js' },
    });
    await eventually(
      () => ann.must('query($id: ID!) { execution(id: $id) { status } }', { id: run.id }),
      ({ execution }) => execution.status === 'FINISHED',
    );
    await graph.restart('notification');
    expect(await take(notifications, 1)).toEqual([{ data: { notificationReceived: { topic: 'execution.complete' } } }]);
    for (const stream of [versions, messages, notifications]) await stream.return?.();
    // A consumer that was killed is missed by Kafka only after its session's time.
  }, 240_000);
});
