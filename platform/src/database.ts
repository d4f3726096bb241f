import type { EntityClass } from '@mikro-orm/core';
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { type Migration, Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { Client, type Pool, type PoolClient } from 'pg';
import { type ServiceName, toDatabaseSchema } from './services.ts';

export type MigrationClass = new (...args: ConstructorParameters<typeof Migration>) => Migration;

export interface DatabaseOptions {
  readonly service: ServiceName;
  /** `postgres://user:password@host:port/database`. A missing database is created if the user has the right. */
  readonly url: string;
  // biome-ignore lint/suspicious/noExplicitAny: entity classes of any shape
  readonly entities: readonly EntityClass<any>[];
  /** In the order of application. The database remembers a migration by its class name, which must never change. */
  readonly migrations: readonly MigrationClass[];
  /** Maximum of concurrent connections. Default 10. */
  readonly poolSize?: number;
}

/**
 * Opens a service's database and applies its migrations.
 *
 * All tables are in the PostgreSQL schema with the service's name, both in a separate database and in the embedded one, so that
 * the same SQL works in both. Instances that start at the same time migrate one after another.
 */
export async function openDatabase({
  service,
  url,
  entities,
  migrations,
  poolSize = 10,
}: DatabaseOptions): Promise<MikroORM> {
  const schema = toDatabaseSchema(service);
  await ensureDatabase(url);
  const orm = await MikroORM.init({
    clientUrl: url,
    schema,
    entities: [...entities],
    metadataProvider: ReflectMetadataProvider,
    extensions: [Migrator],
    forceUtcTimezone: true,
    ignoreUndefinedInQuery: true,
    pool: { min: 0, max: poolSize },
    migrations: {
      tableName: 'migration',
      migrationsList: migrations.map((migration) => ({ name: migration.name, class: migration })),
      snapshot: false,
    },
    logger: () => undefined,
  });
  try {
    returnBrokenConnections(await orm.em.getConnection().getNativeClient());
    await migrate(orm, url, schema);
  } catch (error) {
    await orm.close(true);
    throw error;
  }
  return orm;
}

/**
 * A connection that breaks within a transaction cannot be rolled back either, and the ORM keeps it then: each outage of the
 * database would cost places in the pool, until none is left. Such a connection is given back here.
 */
function returnBrokenConnections(pool: Pool): void {
  const taken = new Set<PoolClient>();
  const watched = new WeakSet<PoolClient>();
  pool.on('release', (_error, client) => taken.delete(client as PoolClient));
  pool.on('acquire', (client) => {
    taken.add(client);
    // Not at 'connect': the first connection is older than this listener.
    if (watched.has(client)) return;
    watched.add(client);
    client.once('end', () => {
      if (!taken.has(client)) return;
      client.release(true);
      // Whoever had it may give it back, too.
      client.release = () => undefined;
    });
  });
}

async function migrate(orm: MikroORM, url: string, schema: string): Promise<void> {
  const lock = new Client({ connectionString: url });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock(hashtext($1))', [`migrate ${schema}`]);
    await lock.query(`create schema if not exists "${schema}"`);
    await orm.migrator.up();
    await lock.query('select pg_advisory_unlock(hashtext($1))', [`migrate ${schema}`]);
  } finally {
    await lock.end();
  }
}

const [UNKNOWN_DATABASE, DUPLICATE_DATABASE, UNIQUE_VIOLATION] = ['3D000', '42P04', '23505'];

async function ensureDatabase(url: string): Promise<void> {
  const probe = new Client({ connectionString: url });
  try {
    await probe.connect();
    return;
  } catch (error) {
    if ((error as { code?: string }).code !== UNKNOWN_DATABASE) throw error;
  } finally {
    // A failure to close the connection does not matter: the original error has been thrown.
    await probe.end().catch(() => undefined);
  }
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const admin = new Client({ connectionString: maintenance.href });
  await admin.connect();
  try {
    await admin.query(`create database ${admin.escapeIdentifier(name)}`);
  } catch (error) {
    // Another instance has created it meanwhile.
    if (![DUPLICATE_DATABASE, UNIQUE_VIOLATION].includes((error as { code: string }).code)) throw error;
  } finally {
    await admin.end();
  }
}
