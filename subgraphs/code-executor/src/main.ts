import { openDatabase } from '@vibecode/platform/database';
import { startOutboxRelay } from '@vibecode/platform/events/outbox.relay';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { runService } from '@vibecode/platform/service';
import { type RunningSubgraph, startSubgraph } from '@vibecode/platform/subgraph';
import { createExecutorContext } from './context.ts';
import { database } from './database.ts';
import { codeExecutorSettings, parseCodeExecutorEnv } from './env.ts';
import { ExecutionRunner } from './execution.runner.ts';
import { ExecutionService } from './execution.service.ts';
import { createSandbox } from './sandbox/create.sandbox.ts';
import { schema } from './schema.ts';

export async function startCodeExecutor(infrastructure: Infrastructure): Promise<RunningSubgraph> {
  await using started = new AsyncDisposableStack();
  const { databaseUrl: url, databasePoolSize: poolSize, bus, log, streamLog, broadcast, calls } = infrastructure;
  const env = parseCodeExecutorEnv(infrastructure.env);
  const orm = started.adopt(await openDatabase({ ...database, url, poolSize }), (opened) => opened.close(true));
  const sandbox = started.use(
    await createSandbox({
      kind: env.SANDBOX ?? (infrastructure.embedded ? 'wasm' : 'docker'),
      image: env.SANDBOX_IMAGE,
      ociRuntime: env.SANDBOX_OCI_RUNTIME,
      log,
    }),
  );
  started.use(startOutboxRelay({ orm, bus, log, service: 'code-executor' }));
  const runner = started.use(
    new ExecutionRunner({ orm, sandbox, streamLog, broadcast, log, concurrency: env.SANDBOX_CONCURRENCY }),
  );
  const service = new ExecutionService({
    sandbox,
    runner,
    calls,
    streamLog,
    broadcast,
    queueLimit: env.EXECUTION_QUEUE_LIMIT,
    userQueueLimit: env.EXECUTION_USER_QUEUE_LIMIT,
  });
  const subgraph = started.use(
    await startSubgraph({
      infrastructure,
      schema,
      context: (operation) => createExecutorContext(orm, service, streamLog, operation),
      ready: { database: () => orm.em.fork().getConnection().execute('select 1') },
    }),
  );
  await runner.start();
  const resources = started.move();
  return { ...subgraph, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

if (import.meta.main) await runService('code-executor', startCodeExecutor, codeExecutorSettings);
