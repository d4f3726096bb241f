import { EventEmitter, once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog } from '@vibecode/platform/log';
import { createSmallDisk, findMountObstacle, type SmallDisk } from '@vibecode/platform/testing/small-disk';
import { Pool } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/pglite.ts';

const obstacle = await findMountObstacle();
const onSmallDisk = obstacle === null ? it : it.skip;
const why = obstacle === null ? '' : ` (cannot run: ${obstacle})`;

const DISK_FULL = '53100';
/** Writes so many bytes to the write-ahead log, and nothing else. */
const WRITE_LOG = `select pg_logical_emit_message(false, 'test', repeat('x', $1))`;

/** Lines of the database's log, which can be waited for. */
function createTestLog() {
  const actions: string[] = [];
  const changes = new EventEmitter<{ line: [] }>();
  const log = createLog({
    service: 'test',
    destination: {
      write(line) {
        const { action } = JSON.parse(line) as { action: string };
        actions.push(action);
        changes.emit('line');
      },
    },
  });
  /** Resolves when these actions were logged, in this order, and no other. */
  const logged = async (...expected: string[]) => {
    while (actions.length < expected.length) await once(changes, 'line');
    expect(actions).toEqual(expected);
  };
  const restarted = (async () => {
    while (!actions.includes('database.restarted')) await once(changes, 'line');
  })();
  return { log, logged, restarted };
}

async function start(disk: SmallDisk) {
  const { log, logged, restarted } = createTestLog();
  const postgres: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir: join(disk.path, 'postgres'), log });
  const pool = new Pool({ connectionString: postgres.url, max: 2 });
  pool.on('error', () => undefined);
  const run = async (sql: string, parameters: unknown[] = []) => (await pool.query(sql, parameters)).rows;
  const codeOf = (sql: string, parameters: unknown[] = []) =>
    run(sql, parameters).then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
  return {
    pool,
    run,
    codeOf,
    logged,
    restarted,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await postgres[Symbol.asyncDispose]();
    },
  };
}

const segmentsOf = async (disk: SmallDisk) =>
  (await readdir(join(disk.path, 'postgres', 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name));

describe('the embedded database on a full disk', () => {
  onSmallDisk(
    `reads on, refuses with one code, and stores again by itself${why}`,
    async () => {
      await using disk = await createSmallDisk(160);
      {
        await using database = await start(disk);
        await database.run('create table note (id int primary key, body text)');
        await database.run(`insert into note select n, repeat('x', 500) from generate_series(1, 1000) n`);
        disk.fill();
        expect(await database.codeOf(`insert into note values (0, '')`)).toBe(DISK_FULL);
        expect(await database.codeOf('delete from note')).toBe(DISK_FULL);
        expect(await database.codeOf('create table other (id int)')).toBe(DISK_FULL);
        expect(await database.run('select count(*)::int as count from note')).toEqual([{ count: 1000 }]);
        // Reading writes to the log too. Far more of it than is kept ready finds its place.
        for (let round = 0; round < 100; round++) await database.run(WRITE_LOG, [1_000_000]);
        expect(await database.codeOf(`insert into note values (0, '')`)).toBe(DISK_FULL);
        disk.free();
        await database.run(`insert into note values (0, '')`);
        disk.fill();
        expect(await database.codeOf(`insert into note values (-1, '')`)).toBe(DISK_FULL);
        await database.logged('storage.full', 'storage.free', 'storage.full');
        // Stopped while the disk is full.
      }
      disk.free();
      await using database = await start(disk);
      expect(await database.run('select count(*)::int as count from note')).toEqual([{ count: 1001 }]);
    },
    60_000,
  );

  onSmallDisk(
    `lets a transaction end that was open when the disk became full${why}`,
    async () => {
      await using disk = await createSmallDisk(160);
      await using database = await start(disk);
      await database.run('create table note (id int primary key)');
      const client = await database.pool.connect();
      await client.query('begin');
      await client.query('insert into note values (1)');
      disk.fill();
      await client.query('commit');
      await client.query('begin');
      await expect(client.query('insert into note values (2)')).rejects.toMatchObject({ code: DISK_FULL });
      await client.query('rollback');
      client.release();
      expect(await database.run('select id from note')).toEqual([{ id: 1 }]);
    },
    60_000,
  );

  onSmallDisk(
    `comes back by itself, once there is room, after more was written than there was room for${why}`,
    async () => {
      await using disk = await createSmallDisk(160);
      await using database = await start(disk);
      await database.run('create table note (id int primary key)');
      await database.run('insert into note values (1)');
      disk.fill();
      expect(await database.codeOf(WRITE_LOG, [80_000_000])).toBe(DISK_FULL);
      await database.logged('storage.full', 'database.lost');
      disk.free();
      await database.restarted;
      expect(await database.run('select id from note')).toEqual([{ id: 1 }]);
      await database.run('insert into note values (2)');
    },
    60_000,
  );

  onSmallDisk(
    `does not grow its log without end${why}`,
    async () => {
      await using disk = await createSmallDisk(200);
      await using database = await start(disk);
      for (let round = 0; round < 300; round++) await database.run(WRITE_LOG, [1_000_000]);
      expect((await segmentsOf(disk)).length).toBeLessThanOrEqual(6);
    },
    60_000,
  );
});
