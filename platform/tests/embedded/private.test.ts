import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot, runAsNobody } from '@vibecode/platform/testing/other-account';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded/pglite.ts';

/** A directory that everybody can enter, as a home or `/srv` is. */
async function createOpenDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'vibecode-private-'));
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function findOpen(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const { mode } = await stat(join(entry.parentPath, entry.name));
    if ((mode & 0o077) !== 0) found.push(`${entry.name} ${(mode & 0o777).toString(8)}`);
  }
  return found;
}

async function ask(url: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('select 1 as one');
  await client.end();
  return rows[0];
}

describe('the embedded database', () => {
  it('listens on no port, and answers its owner', async () => {
    await using directory = await createOpenDirectory();
    await using postgres = await startEmbeddedPostgres({ dataDir: join(directory.path, 'postgres') });
    expect(decodeURIComponent(new URL(postgres.url).hostname)).toBe(join(directory.path, 'postgres.run'));
    expect(await ask(postgres.url)).toEqual({ one: 1 });
  });

  it('leaves nothing for other accounts, in data of an earlier version either', async () => {
    await using directory = await createOpenDirectory();
    const dataDir = join(directory.path, 'postgres');
    {
      await using _postgres = await startEmbeddedPostgres({ dataDir });
      expect(await findOpen(directory.path)).toEqual([]);
    }
    await chmod(join(dataDir, 'PG_VERSION'), 0o666);
    await chmod(dataDir, 0o755);
    await chmod(join(dataDir, 'base'), 0o777);
    await using _postgres = await startEmbeddedPostgres({ dataDir });
    expect(await findOpen(directory.path)).toEqual([]);
  });

  it('runs where the path is too long for a socket', async () => {
    await using directory = await createOpenDirectory();
    await using postgres = await startEmbeddedPostgres({ dataDir: join(directory.path, 'deep'.repeat(40)) });
    expect(await ask(postgres.url)).toEqual({ one: 1 });
    const { mode } = await stat(decodeURIComponent(new URL(postgres.url).hostname));
    expect(mode & 0o777).toBe(0o700);
  });

  it('takes its socket over from a process that was killed', async () => {
    await using directory = await createOpenDirectory();
    const dataDir = join(directory.path, 'postgres');
    await startEmbeddedPostgres({ dataDir }).then((postgres) => postgres[Symbol.asyncDispose]());
    await writeFile(join(directory.path, 'postgres.run', '.s.PGSQL.5432'), '');
    await using postgres = await startEmbeddedPostgres({ dataDir });
    expect(await ask(postgres.url)).toEqual({ one: 1 });
  });

  it('begins again where a first start was cut off', async () => {
    await using directory = await createOpenDirectory();
    const dataDir = join(directory.path, 'postgres');
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'PG_VERSION'), '18');
    await writeFile(`${dataDir}.unfinished`, '');
    await using postgres = await startEmbeddedPostgres({ dataDir });
    expect(await ask(postgres.url)).toEqual({ one: 1 });
    expect(await readdir(directory.path)).toEqual(['postgres', 'postgres.run']);
  });

  (isRoot ? it : it.skip)(
    `lets another account neither connect nor read${isRoot ? '' : ' (needs root, to become another account)'}`,
    async () => {
      await using directory = await createOpenDirectory();
      const dataDir = join(directory.path, 'postgres');
      await using inFiles = await startEmbeddedPostgres({ dataDir });
      await using inMemory = await startEmbeddedPostgres();
      const sockets = [inFiles, inMemory].map(({ url }) =>
        join(decodeURIComponent(new URL(url).hostname), '.s.PGSQL.5432'),
      );
      const attempts = await runAsNobody(
        `for (const socket of given.sockets) await attempt('connect', () => connect(socket));
         await attempt('list', () => fs.readdirSync(given.dataDir));
         await attempt('read', () => fs.readFileSync(path.join(given.dataDir, 'PG_VERSION')));
         await attempt('write', () => fs.writeFileSync(path.join(given.dataDir, 'PG_VERSION'), ''));
         await attempt('enter the directory above', () => fs.readdirSync(path.dirname(given.dataDir)));`,
        { sockets, dataDir },
      );
      expect(attempts).toEqual([
        { what: 'connect', outcome: 'EACCES' },
        { what: 'connect', outcome: 'EACCES' },
        { what: 'list', outcome: 'EACCES' },
        { what: 'read', outcome: 'EACCES' },
        { what: 'write', outcome: 'EACCES' },
        { what: 'enter the directory above', outcome: 'done' },
      ]);
    },
  );
});
