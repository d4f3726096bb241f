import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Migration } from '@mikro-orm/migrations';
import { openDatabase } from '@vibecode/platform/database';
import { startEmbeddedPostgres } from '../src/embedded/pglite.ts';
import { interruptDatabase } from '../src/testing/interruptible.database.ts';

@Entity({ tableName: 'note' })
class Note {
  @PrimaryKey({ type: 'uuid' })
  id: string;

  @Property({ type: 'text' })
  body: string;

  @Property({ type: 'datetime' })
  createdAt: Date = new Date();
}

class CreateNote extends Migration {
  override up(): void {
    this.addSql(
      'create table "user"."note" (id uuid primary key, body text not null, created_at timestamptz not null)',
    );
  }
}

const options = { service: 'user', entities: [Note], migrations: [CreateNote] } as const;
const id = '0199d3a0-0000-7000-8000-000000000001';

describe('openDatabase', () => {
  it('migrates once and keeps each service in its own schema', async () => {
    await using postgres = await startEmbeddedPostgres();
    const first = await openDatabase({ ...options, url: postgres.url });
    const em = first.em.fork();
    em.persist(em.create(Note, { id, body: 'kept', createdAt: new Date() }));
    await em.flush();
    await first.close(true);

    const second = await openDatabase({ ...options, url: postgres.url });
    expect(await second.em.fork().findOneOrFail(Note, { id })).toMatchObject({ body: 'kept' });
    const tables = await second.em
      .getConnection()
      .execute(
        `select table_schema, table_name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')`,
      );
    expect(tables).toEqual(
      expect.arrayContaining([
        { table_schema: 'user', table_name: 'note' },
        { table_schema: 'user', table_name: 'migration' },
      ]),
    );
    expect(tables).toHaveLength(2);
    await second.close(true);
  });

  it('gives the place of a connection back that broke within a transaction', async () => {
    await using postgres = await startEmbeddedPostgres();
    await using way = await interruptDatabase(postgres.url);
    const orm = await openDatabase({ ...options, url: way.url, poolSize: 1 });
    for (let outage = 0; outage < 2; outage += 1) {
      const broken = orm.em.fork().transactional(async (em) => {
        await em.count(Note);
        way.interrupt();
        await em.count(Note);
      });
      await expect(broken).rejects.toThrow('terminated');
      way.restore();
      expect(await orm.em.fork().count(Note)).toBe(0);
    }
    await orm.close(true);
  });

  it('gives ten clients their own transactions and parameters', async () => {
    await using postgres = await startEmbeddedPostgres();
    const orm = await openDatabase({ ...options, url: postgres.url });
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        orm.em
          .fork()
          .transactional(async (em) => {
            em.persist(
              em.create(Note, {
                id: id.slice(0, -2) + String(index + 10),
                body: `note ${index}`,
                createdAt: new Date(),
              }),
            );
            await em.flush();
            if (index % 4 === 3) throw new Error('undone');
          })
          .catch((error: Error) => expect(error.message).toBe('undone')),
      ),
    );
    expect(await orm.em.fork().count(Note)).toBe(30);
    await orm.close(true);
  });
});
