import { setTimeout as delay } from 'node:timers/promises';
import type { TestDatabase } from '@vibecode/platform/testing/database';
import { interruptDatabase } from '@vibecode/platform/testing/interruptible.database';
import { startGenerationTest } from './generation.fixture.ts';

export interface OutageTest {
  readonly startDatabase: () => Promise<TestDatabase>;
  /** How long the database is away. */
  readonly outageMs: number;
}

const STATE = `query($id: ID!) { generation(id: $id) { status text completionTokens error { code } version { id }
  events { seq __typename } } }`;

/** An answer whose first part is told, whose second part comes when the test says so, and whose end comes after that. */
export function createGatedAnswer(tokens = 20) {
  const [middle, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const comments = (from: number) => Array.from({ length: tokens }, (_, index) => `// token ${from + index}\n`);
  const answer = [
    '<file path="index.js">\n',
    ...comments(0),
    middle.promise,
    ...comments(tokens),
    end.promise,
    'go();\n</file>\n',
  ];
  const text = answer.filter((piece) => typeof piece === 'string').join('');
  return { answer, text, goOn: () => middle.resolve(), end: () => end.resolve() };
}

/** What a generation owes its watchers whatever is away. */
export function describeOutages(name: string, { startDatabase, outageMs }: OutageTest): void {
  describe(`a generation on ${name}`, () => {
    it('loses nothing when the database is away as its answer ends', async () => {
      await using database = await startDatabase();
      await using way = await interruptDatabase(database.url);
      const { answer, text, goOn, end } = createGatedAnswer();
      await using test = await startGenerationTest(() => answer, { databaseUrl: way.url });
      const ann = await test.signUp();
      const { id } = (await ann.start()).data.startGeneration;
      const watching = ann.watch(id);
      await untilToken(ann, id);
      way.interrupt();
      goOn();
      end();
      await delay(outageMs);
      way.restore();
      const events = await watching;
      expectWhole(events, text);
      expect(events.at(-1)).toMatchObject({ __typename: 'GenerationFinished', status: 'COMPLETED' });
      const { generation } = (await ann.ask(STATE, { id })).data;
      expect(generation).toMatchObject({ status: 'COMPLETED', text, error: null, version: { id } });
      expect(generation.events).toEqual(events.map(({ seq, __typename }) => ({ seq, __typename })));
      expect([...test.neighbours.changesets.keys()]).toEqual([id]);
    });
  });
}

type Person = Awaited<ReturnType<Awaited<ReturnType<typeof startGenerationTest>>['signUp']>>;

/** Resolves when watchers have seen the beginning of the answer. */
export async function untilToken(person: Person, id: string): Promise<void> {
  for await (const event of person.events(id)) if (event.__typename === 'TokenDelta') return;
}

/** Each seq once, in order, and all of the text. */
export function expectWhole(events: readonly { seq: number; text?: string }[], text: string): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.map((event) => event.text ?? '').join('')).toBe(text);
}
