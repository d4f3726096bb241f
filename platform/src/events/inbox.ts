import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Migration } from '@mikro-orm/migrations';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { SpanKind } from '@opentelemetry/api';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { EventData, Topic } from '@vibecode/schema/events/topics';
import type { MigrationClass } from '../database.ts';
import type { Logger } from '../log.ts';
import { type ServiceName, toDatabaseSchema } from '../services.ts';
import { withSpan } from '../telemetry.ts';
import type { EventBus } from './bus.ts';

/** An event that a service has applied. */
@Entity({ tableName: 'inbox' })
export class InboxMessage {
  @PrimaryKey({ type: 'uuid' })
  readonly eventId: string;

  @Property({ type: 'text' })
  readonly topic: string;

  @Property({ type: 'datetime' })
  readonly appliedAt: Date;
}

/** The migration that creates `<service schema>.inbox`. */
export function inboxMigration(service: ServiceName): MigrationClass {
  const schema = toDatabaseSchema(service);
  return class CreateInbox extends Migration {
    override up(): void {
      this.addSql(`create schema if not exists "${schema}"`);
      this.addSql(`create table "${schema}"."inbox" (
        "event_id" uuid primary key,
        "topic" text not null,
        "applied_at" timestamptz not null default now())`);
    }
  };
}

/** Registers a task to run after the event's transaction has committed. A crash in between loses it, so it must not change state. */
export type AfterCommit = (task: () => void | Promise<void>) => void;

export type EventHandlers = {
  readonly [T in Topic]?: (
    event: Envelope<EventData<T>>,
    em: EntityManager,
    afterCommit: AfterCommit,
  ) => void | Promise<void>;
};

export interface ConsumeEventsOptions {
  readonly orm: MikroORM;
  readonly bus: EventBus;
  /** The service, as consumer group and as owner of the inbox. */
  readonly group: ServiceName;
  readonly log: Logger;
  /** The handler of each topic. It runs in one transaction with the inbox row, so that it takes effect once or not at all. */
  readonly on: EventHandlers;
}

/**
 * Applies each event of the topics exactly once, however often the bus delivers it.
 * A handler must await only database calls through its `em`, because the transaction is open.
 *
 * @returns disposing stops consuming, after the current events
 */
export function consumeEvents({ orm, bus, group, log, on }: ConsumeEventsOptions): Promise<AsyncDisposable> {
  const record = `insert into "${toDatabaseSchema(group)}"."inbox" ("event_id", "topic") values (?, ?) on conflict do nothing`;

  async function apply(event: Envelope, handle: NonNullable<EventHandlers[Topic]>): Promise<void> {
    const tasks: (() => void | Promise<void>)[] = [];
    const applied = await orm.em.fork().transactional(async (em) => {
      const { affectedRows } = await em.execute<{ affectedRows: number }>(record, [event.id, event.type], 'run');
      if (affectedRows === 0) return false;
      await (handle as NonNullable<EventHandlers['audit.log']>)(event as Envelope<never>, em, (task) =>
        tasks.push(task),
      );
      return true;
    });
    log.debug({ action: 'event.consumed', topic: event.type, eventId: event.id, applied }, `consumed ${event.type}`);
    for (const task of tasks) {
      try {
        await task();
      } catch (error) {
        log.warn({ action: 'event.after-commit-failed', topic: event.type, eventId: event.id, error }, 'after commit');
      }
    }
  }

  return bus.subscribe(group, Object.keys(on) as Topic[], async (event) => {
    const handle = on[event.type as Topic];
    if (!handle) throw new Error(`The group '${group}' received an event of ${event.type}, which it does not consume.`);
    const attributes = {
      'messaging.destination.name': event.type,
      'messaging.message.id': event.id,
      'messaging.consumer.group.name': group,
    };
    await withSpan(`${event.type} process`, { parent: event, kind: SpanKind.CONSUMER, attributes }, () =>
      apply(event, handle),
    );
  });
}
