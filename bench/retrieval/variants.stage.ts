import { readFileSync } from 'node:fs';
import type { MikroORM } from '@mikro-orm/postgresql';
import { database } from '@vibecode/ai-generation/database';
import type { Embedder } from '@vibecode/ai-generation/embedders/embedder';
import { EmbedderRegistry } from '@vibecode/ai-generation/embedders/embedder.registry';
import { Template } from '@vibecode/ai-generation/template.entity';
import { TemplateSearch } from '@vibecode/ai-generation/template.search';
import { seedTemplates } from '@vibecode/ai-generation/template.seeding';
import {
  claimSpace,
  ensureSpace,
  findUnembedded,
  saveEmbeddings,
  type VectorSpace,
} from '@vibecode/ai-generation/template.space';
import { loadTemplates } from '@vibecode/ai-generation/templates/template.files';
import { openDatabase } from '@vibecode/platform/database';
import { newId } from '@vibecode/platform/id';
import { createLog } from '@vibecode/platform/log';
import { Client } from 'pg';
import { createVariants } from '../../subgraphs/ai-generation/tests/retrieval/template.variants.ts';

const BATCH = 64;
/** Of Linux: a clock tick of /proc. */
const TICK_MS = 10;

/** The service's search over so many embedded variants, in a database of its own on the server of `url` that is dropped at the end. */
export async function startVariants(url: string, embedder: Embedder, count: number) {
  await using started = new AsyncDisposableStack();
  const name = `bench_${newId().replaceAll('-', '')}`;
  const own = new URL(url);
  own.pathname = `/${name}`;
  started.defer(() => drop(url, name));
  const orm = started.adopt(await openDatabase({ ...database, url: own.href }), (opened) => opened.close(true));
  await seedTemplates(orm, [...createVariants(await loadTemplates(), count)]);
  const client = new Client({ connectionString: own.href });
  await client.connect();
  started.defer(() => client.end());
  await embedAll(orm, client, embedder);
  const log = createLog({ service: 'bench', level: 'warn' });
  const embedders = new EmbedderRegistry({ configured: [embedder], log });
  const rest = started.move();
  return {
    search: new TemplateSearch({ orm, embedders, log }),
    orm,
    /** Copies of the first variants as own templates of so many users; the id of one of them. */
    async addOwn(users: number, each: number): Promise<string> {
      const { rows } = await client.query<{ owner: string }>(
        `with owners as materialized (select gen_random_uuid() as owner from generate_series(1, $1)),
          copied as (insert into ai_generation.template
              (id, owner_id, title, description, language, framework, tags, files, content_sha256, document)
            select gen_random_uuid(), owner, title, description, language, framework, tags, files, content_sha256, document
            from owners cross join (select * from ai_generation.template where owner_id is null order by id limit $2) t
            returning id, owner_id, content_sha256),
          embedded as (insert into ai_generation.template_embedding
              (template_id, owner_id, model, dimensions, content_sha256, language, framework, embedding)
            select copied.id, copied.owner_id, model, dimensions, content_sha256, language, framework, embedding
            from copied join ai_generation.template_embedding e using (content_sha256) where e.owner_id is null)
        select owner from owners limit 1`,
        [users, each],
      );
      await client.query('vacuum analyze ai_generation.template, ai_generation.template_embedding');
      return rows[0]!.owner;
    },
    /** How often each index was read so far, and each table without one, as `table (whole)`. */
    readScans: () => readScans(client),
    /** CPU time of this process and of the database's connections so far; null where the server is on another machine. */
    async readCpuMs(): Promise<number | null> {
      const { rows } = await client.query<{ pid: number }>(
        'select pid from pg_stat_activity where datname = current_database()',
      );
      try {
        const { user, system } = process.cpuUsage();
        return rows.reduce((sum, { pid }) => sum + readProcessCpuMs(pid), (user + system) / 1_000);
      } catch {
        // No such process here: the server is elsewhere.
        return null;
      }
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** As the service embeds, but with the index built at the end, which takes a fraction of the time of adding vectors one by one. */
async function embedAll(orm: MikroORM, client: Client, embedder: Embedder): Promise<void> {
  const [probe] = await embedder.embed(['probe']);
  const space: VectorSpace = { model: embedder.id, dimensions: probe!.length };
  await ensureSpace(orm.em.fork(), space);
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
      where schemaname = 'ai_generation' and indexdef like '%USING hnsw%'`,
  );
  for (const { name } of rows) await client.query(`drop index ai_generation.${client.escapeIdentifier(name)}`);
  const owner = newId();
  await claimSpace(orm.em.fork(), space, owner);
  const ids = await findUnembedded(orm.em.fork(), space, Number.MAX_SAFE_INTEGER);
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH);
    const templates = await orm.em.fork().find(Template, { id: { $in: batch } }, { populate: ['document'] });
    const vectors = await embedder.embed(templates.map(({ document }) => document));
    const embedded = templates.map((template, index) => ({ template, embedding: vectors[index]! }));
    await saveEmbeddings(orm.em.fork(), space, owner, embedded);
  }
  await client.query(`set maintenance_work_mem = '1GB'`);
  for (const { definition } of rows) await client.query(definition);
  await client.query('vacuum analyze ai_generation.template, ai_generation.template_embedding');
}

function readProcessCpuMs(pid: number): number {
  // The fields after the name, which may contain blanks. Source: proc_pid_stat(5).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

async function readScans(client: Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ name: string; scans: string }>(
    `select indexrelname as name, idx_scan as scans from pg_stat_user_indexes
        where schemaname = 'ai_generation' and relname in ('template', 'template_embedding')
      union all select relname || ' (whole)', seq_scan from pg_stat_user_tables
        where schemaname = 'ai_generation' and relname in ('template', 'template_embedding')`,
  );
  return new Map(rows.map(({ name, scans }) => [name, Number(scans)]));
}

async function drop(url: string, name: string): Promise<void> {
  const server = new Client({ connectionString: url, database: 'postgres' });
  await server.connect();
  try {
    await server.query(`drop database if exists ${name} with (force)`);
  } finally {
    await server.end();
  }
}
