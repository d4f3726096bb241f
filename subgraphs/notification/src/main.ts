import { openDatabase } from '@vibecode/platform/database';
import { consumeEvents } from '@vibecode/platform/events/inbox';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { runService } from '@vibecode/platform/service';
import { type RunningSubgraph, startSubgraph } from '@vibecode/platform/subgraph';
import { createNotificationContext } from './context.ts';
import { database } from './database.ts';
import { createNotificationEventHandlers } from './notification.events.ts';
import { NotificationFeed } from './notification.feed.ts';
import { schema } from './schema.ts';

export async function startNotification(infrastructure: Infrastructure): Promise<RunningSubgraph> {
  const { databaseUrl: url, databasePoolSize: poolSize, bus, broadcast, log } = infrastructure;
  await using started = new AsyncDisposableStack();
  const orm = started.adopt(await openDatabase({ ...database, url, poolSize }), (opened) => opened.close(true));
  const feed = new NotificationFeed({ orm, broadcast });
  const on = createNotificationEventHandlers(feed, () => new Date());
  started.use(await consumeEvents({ orm, bus, group: 'notification', log, on }));
  const subgraph = started.use(
    await startSubgraph({
      infrastructure,
      schema,
      context: (operation) => createNotificationContext(orm, feed, operation),
      ready: { database: () => orm.em.fork().execute('select 1') },
    }),
  );
  const resources = started.move();
  return { ...subgraph, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

if (import.meta.main) await runService('notification', startNotification);
