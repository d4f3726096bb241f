import { openDatabase } from '@vibecode/platform/database';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { database } from '../src/database.ts';
import { createInstance, createWordEmbedder } from './search.fixture.ts';

it('vectors from before spaces were kept apart go on serving, and their index is made anew', async () => {
  await using postgres = await startTestDatabase();
  const { url } = postgres;
  const before = await openDatabase({ ...database, migrations: database.migrations.slice(0, 2), url });
  await before.em.execute(`insert into ai_generation.template
      (id, slug, title, description, language, tags, files, content_sha256, document)
    values ('00000000-0000-7000-8000-000000000001', 'a', 'A', 'a', 'python', '{}', '[]', 'sha', 'python')`);
  await before.em.execute(`insert into ai_generation.template_embedding
      (template_id, model, dimensions, content_sha256, language, embedding)
    values ('00000000-0000-7000-8000-000000000001', 'words', 2, 'sha', 'python', '[0.6,0.8]')`);
  await before.em.execute(`create index template_embedding_old on ai_generation.template_embedding
    using hnsw ((embedding::vector(2)) vector_cosine_ops) where model = 'words'`);
  await before.close(true);

  const orm = await openDatabase({ ...database, url });
  const { embedder, calls } = createWordEmbedder('words', ['snake', 'python']);
  expect(await createInstance(orm, { configured: [embedder] }).find('something')).toEqual(['A']);
  expect(calls).toEqual([['something']]);
  await createInstance(orm, {
    configured: [createWordEmbedder('words', ['snake', 'python', 'rest']).embedder],
  }).embed();
  const indexes = await orm.em.execute<{ indexdef: string }[]>(
    `select indexdef from pg_indexes where schemaname = 'ai_generation' and indexdef like '%USING hnsw%'`,
  );
  expect(indexes.map(({ indexdef }) => /vector\(\d+\)/.exec(indexdef)![0])).toEqual(['vector(3)']);
  await orm.close(true);
});
