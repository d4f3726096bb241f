import { openDatabase } from '@vibecode/platform/database';
import { consumeEvents } from '@vibecode/platform/events/inbox';
import { startOutboxRelay } from '@vibecode/platform/events/outbox.relay';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { startInterval } from '@vibecode/platform/interval';
import { runService } from '@vibecode/platform/service';
import { type RunningSubgraph, startSubgraph } from '@vibecode/platform/subgraph';
import { createBillingEventHandlers } from './billing.events.ts';
import { createBillingContext } from './context.ts';
import { database } from './database.ts';
import { billingSettings, parseBillingEnv } from './env.ts';
import { createHoldRoutes } from './hold.routes.ts';
import { HoldService } from './hold.service.ts';
import { QuotaService } from './quota.service.ts';
import { schema } from './schema.ts';

const SWEEP_INTERVAL_MS = 5_000;

export async function startBilling(infrastructure: Infrastructure): Promise<RunningSubgraph> {
  const { databaseUrl: url, databasePoolSize: poolSize, bus, log } = infrastructure;
  const env = parseBillingEnv(infrastructure.env);
  const clock = () => new Date();
  await using started = new AsyncDisposableStack();
  const orm = started.adopt(await openDatabase({ ...database, url, poolSize }), (opened) => opened.close(true));
  const holds = new HoldService({ orm, clock, ttlMs: env.holdTtlMs });
  const quotas = new QuotaService({ orm, clock });
  started.use(startOutboxRelay({ orm, bus, log, service: 'billing' }));
  started.use(await consumeEvents({ orm, bus, group: 'billing', log, on: createBillingEventHandlers(clock) }));
  started.use(startInterval('hold.sweep', SWEEP_INTERVAL_MS, async () => void (await holds.expire()), log));
  const subgraph = started.use(
    await startSubgraph({
      infrastructure,
      schema,
      context: createBillingContext(orm, quotas),
      routes: createHoldRoutes(holds),
      ready: { database: () => orm.em.fork().execute('select 1') },
    }),
  );
  const resources = started.move();
  return { ...subgraph, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

if (import.meta.main) await runService('billing', startBilling, billingSettings);
