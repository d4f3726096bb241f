import { openDatabase } from '@vibecode/platform/database';
import { createLog } from '@vibecode/platform/log';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { database } from '../src/database.ts';
import { startGenerationTest } from './generation.fixture.ts';

const ERROR = 'query($id: ID!) { generation(id: $id) { error { code message } } }';

/** The database refuses to store that an answer has begun, as one does whose disk is full. */
async function fillDisk(url: string): Promise<void> {
  const orm = await openDatabase({ ...database, url });
  try {
    const connection = orm.em.getConnection();
    await connection.execute(`create function ai_generation.refuse() returns trigger language plpgsql as $$ begin
      raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`);
    await connection.execute(`create trigger full_disk before update on ai_generation.generation
      for each row when (new.status = 'STREAMING') execute function ai_generation.refuse()`);
  } finally {
    await orm.close(true);
  }
}

it('a full disk gives a generation its reason to fail, and is logged', async () => {
  await using postgres = await startTestDatabase();
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ service: 'test', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  await using test = await startGenerationTest(undefined, { databaseUrl: postgres.url, log });
  await fillDisk(postgres.url);
  const ann = await test.signUp();
  const { id } = (await ann.start()).data.startGeneration;
  expect((await ann.watch(id)).at(-1)).toMatchObject({ status: 'FAILED' });
  const { generation } = (await ann.ask(ERROR, { id })).data;
  expect(generation.error).toEqual({ code: 'STORAGE_FULL', message: expect.stringContaining('disk is full') });
  expect(lines.filter(({ action }) => action === 'generation.failed')).toMatchObject([
    { level: 'ERROR', generationId: id, error: { message: expect.stringContaining('No space left on device') } },
  ]);
});
