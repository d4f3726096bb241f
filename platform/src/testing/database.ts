import { Client } from 'pg';
import { startEmbeddedPostgres } from '../embedded/pglite.ts';
import { newId } from '../id.ts';

/** An empty database that is removed after the test. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/** Starts PGlite in memory, for `.test.ts`. */
export async function startTestDatabase(): Promise<TestDatabase> {
  return startEmbeddedPostgres();
}

/**
 * Creates a database on the PostgreSQL server of `POSTGRES_URL`, for `.int.test.ts`.
 *
 * @throws Error if `POSTGRES_URL` is missing
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env.POSTGRES_URL;
  if (!server) throw new Error('POSTGRES_URL is missing: integration tests need a PostgreSQL server with pgvector.');
  const name = `test_${newId().replaceAll('-', '')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await onServer(server, `create database ${name}`);
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => onServer(server, `drop database if exists ${name} with (force)`),
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, database: 'postgres' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
