import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Migration } from '@mikro-orm/migrations';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { MigrationClass } from '../database.ts';
import { type ServiceName, toDatabaseSchema } from '../services.ts';

/** An event to publish. It is written in the transaction that changes the state, and the relay publishes it afterwards. */
@Entity({ tableName: 'outbox' })
export class OutboxMessage {
  /** The event's id. */
  @PrimaryKey({ type: 'uuid' })
  readonly id: string;

  @Property({ type: 'json' })
  readonly event: Envelope;

  constructor(event: Envelope) {
    this.id = event.id;
    this.event = event;
  }
}

/** Adds events to the unit of work. They are published, in this order, only if its transaction commits. */
export function addToOutbox(em: EntityManager, ...events: readonly Envelope[]): void {
  em.persist(events.map((event) => new OutboxMessage(event)));
}

/** The migration that creates `<service schema>.outbox`. */
export function outboxMigration(service: ServiceName): MigrationClass {
  const schema = toDatabaseSchema(service);
  return class CreateOutbox extends Migration {
    override up(): void {
      this.addSql(`create schema if not exists "${schema}"`);
      // transaction_id is never read. Its column comes before position, so that a transaction gets its id before a
      // position (defaults are evaluated in the order of columns). The relay's barrier relies on that.
      this.addSql(`create table "${schema}"."outbox" (
        "transaction_id" xid8 not null default pg_current_xact_id(),
        "position" bigint generated always as identity,
        "id" uuid primary key,
        "event" jsonb not null,
        "published_at" timestamptz)`);
      this.addSql(
        `create index "outbox_unpublished" on "${schema}"."outbox" ("position") where "published_at" is null`,
      );
    }
  };
}
