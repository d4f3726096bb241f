import { openDatabase } from '@vibecode/platform/database';
import { newId } from '@vibecode/platform/id';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { database } from '../src/database.ts';
import { deleteEventsOfFinishedBefore, deleteFinishedBefore } from '../src/generation.repository.ts';
import { GREETING, startGenerationTest } from './generation.fixture.ts';

it('deletes the events of what has ended, all but the last, and then the generation; nothing that is younger', async () => {
  await using postgres = await startTestDatabase();
  await using test = await startGenerationTest(() => GREETING, { databaseUrl: postgres.url });
  const orm = await openDatabase({ ...database, url: postgres.url });
  const ann = await test.signUp();
  const clientRequestId = newId();
  const { id } = (await ann.start({ clientRequestId })).data.startGeneration;
  const events = await ann.watch(id);
  const text = GREETING.join('');
  const count = async (before: Date, deleteSome: typeof deleteFinishedBefore) => deleteSome(orm.em.fork(), before, 10);
  const tomorrow = new Date(Date.now() + 24 * 3_600_000);
  const yesterday = new Date(Date.now() - 24 * 3_600_000);

  expect(await count(yesterday, deleteEventsOfFinishedBefore)).toBe(0);
  expect(await ann.watch(id)).toEqual(events);
  expect(await count(tomorrow, deleteEventsOfFinishedBefore)).toBe(1);
  expect(await count(tomorrow, deleteEventsOfFinishedBefore)).toBe(0);
  expect(await ann.watch(id)).toEqual(events.slice(-1));
  const state = 'query($id: ID!) { generation(id: $id) { text } }';
  expect((await ann.ask(state, { id })).data.generation).toEqual({ text });

  expect(await count(yesterday, deleteFinishedBefore)).toBe(0);
  expect(await count(tomorrow, deleteFinishedBefore)).toBe(1);
  expect((await ann.ask(state, { id })).errors[0].extensions.code).toBe('NOT_FOUND');
  // The request may be made anew.
  expect((await ann.start({ clientRequestId })).data.startGeneration.id).not.toBe(id);
  await orm.close(true);
});
