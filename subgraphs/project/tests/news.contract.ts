import { newId } from '@vibecode/platform/id';
import type { SubgraphTest } from '@vibecode/platform/testing/subgraph';
import type { Envelope } from '@vibecode/schema/events/envelope';
import { notFound, signIn, write } from './project.fixture.ts';

/** What others get to know of it. */
export function describeNews(getTest: () => SubgraphTest): void {
  it('says in the audit log who deleted what', async () => {
    const ann = await signIn(getTest());
    const id = await ann.createProject();
    const logged = Promise.withResolvers<Envelope>();
    await using _ = await getTest().infrastructure.bus.subscribe(`test-${newId()}`, ['audit.log'], async (event) => {
      if (event.subject === id) logged.resolve(event);
    });
    await ann.ask('mutation($id: ID!) { deleteProject(id: $id) }', { id });
    expect(await logged.promise).toMatchObject({
      partitionkey: ann.id,
      data: { actorId: ann.id, action: 'project.deleted', target: `project:${id}` },
    });
  });

  it('tells watchers of every version after theirs, then live, and of changed fields', async () => {
    const ann = await signIn(getTest());
    const id = await ann.createProject();
    for (let number = 0; number < 3; number++) await ann.apply(id, number, [write('a', `${number}`)]);
    const changes = ann.watch(
      `subscription($id: ID!, $after: Int) { projectChanged(projectId: $id, afterVersion: $after) { project { name head { number } } version { number changes { after } } } }`,
      { id, after: 1 },
    );
    const next = async () => (await changes.next()).value.data.projectChanged;
    expect(await next()).toMatchObject({ version: { number: 2, changes: [{ after: '1' }] } });
    expect(await next()).toMatchObject({ version: { number: 3 } });
    await ann.apply(id, 3, [write('a', '3')]);
    expect(await next()).toMatchObject({ project: { head: { number: 4 } }, version: { number: 4 } });
    await ann.ask('mutation($id: ID!) { updateProject(id: $id, input: { name: "Renamed" }) { id } }', { id });
    expect(await next()).toEqual({ project: { name: 'Renamed', head: { number: 4 } }, version: null });
    await ann.ask('mutation($id: ID!) { deleteProject(id: $id) }', { id });
    const { value } = await changes.next();
    expect(value.errors[0].extensions).toMatchObject(notFound);
  });

  it('gives every watcher every version, once and in order, whenever it joins', async () => {
    const ann = await signIn(getTest());
    const id = await ann.createProject();
    const collect = async (after: number) => {
      const numbers: number[] = [];
      const query = `subscription($id: ID!, $after: Int) { projectChanged(projectId: $id, afterVersion: $after) { version { number } } }`;
      for await (const { data } of ann.watch(query, { id, after })) {
        numbers.push((data as { projectChanged: { version: { number: number } } }).projectChanged.version.number);
        if (numbers.at(-1) === 12) return numbers;
      }
      return numbers;
    };
    const watchers: Promise<number[]>[] = [];
    for (let number = 0; number < 12; number++) {
      if (number % 3 === 0) watchers.push(collect(0), collect(number));
      await ann.apply(id, number, [write('a', `${number}`)]);
    }
    const all = Array.from({ length: 12 }, (_, index) => index + 1);
    for (const [index, numbers] of (await Promise.all(watchers)).entries()) {
      expect(numbers).toEqual(index % 2 === 0 ? all : all.slice(Math.floor(index / 2) * 3));
    }
  });

  it('publishes each change once it is made, versions in order', async () => {
    const ann = await signIn(getTest());
    const received: Envelope[] = [];
    const enough = Promise.withResolvers<void>();
    let id = '';
    const subscription = await getTest().infrastructure.bus.subscribe(
      `test-${newId()}`,
      ['project.changed'],
      async (event) => {
        if (event.partitionkey !== id && id !== '') return;
        received.push(event);
        if (received.filter(({ data }) => (data as { version: number | null }).version === 3).length > 0)
          enough.resolve();
      },
    );
    await using _ = subscription;
    id = await ann.createProject();
    for (let number = 0; number < 3; number++) await ann.apply(id, number, [write('a', `${number}`)]);
    await enough.promise;
    const unique = [
      ...new Map(received.filter(({ subject }) => subject === id).map((event) => [event.id, event])).values(),
    ];
    const versions = unique
      .map(({ data }) => (data as { version: number | null }).version)
      .filter((version) => version !== null);
    expect(versions).toEqual([1, 2, 3]);
    expect(unique[0]).toMatchObject({
      type: 'project.changed',
      source: '/vibecode/project',
      data: { projectId: id, ownerId: ann.id, authorId: ann.id },
    });
  });
}
