import { openDatabase } from '@vibecode/platform/database';
import { startOutboxRelay } from '@vibecode/platform/events/outbox.relay';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { JobQueue } from '@vibecode/platform/jobs/job.queue';
import { startJobWorker } from '@vibecode/platform/jobs/job.worker';
import { runService } from '@vibecode/platform/service';
import { type RunningSubgraph, startSubgraph } from '@vibecode/platform/subgraph';
import { createExecutorContext } from './context.ts';
import { database } from './database.ts';
import { codeExecutorSettings, parseCodeExecutorEnv } from './env.ts';
import { startRetention } from './execution.retention.ts';
import { createExecutionRoutes } from './execution.routes.ts';
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
  const queue = new JobQueue({
    service: 'code-executor',
    limits: {
      waiting: env.EXECUTION_QUEUE_LIMIT,
      waitingOfUser: env.EXECUTION_USER_QUEUE_LIMIT,
      ...(env.EXECUTION_USER_CONCURRENCY ? { runningOfUser: env.EXECUTION_USER_CONCURRENCY } : {}),
    },
  });
  const runner = new ExecutionRunner({ orm, sandbox, streamLog, log });
  const worker = started.use(
    await startJobWorker({
      service: 'code-executor',
      orm,
      queue,
      broadcast,
      log,
      concurrency: env.SANDBOX_CONCURRENCY,
      run: (job) => runner.run(job),
      recover: (job) => runner.recover(job),
      settle: (job) => runner.settle(job),
      onClaimed: (em, job) => runner.onClaimed(em, job),
    }),
  );
  started.use(startRetention({ orm, log, days: env.EXECUTION_RETENTION_DAYS ?? null }));
  const service = new ExecutionService({ sandbox, queue, worker, calls });
  const subgraph = started.use(
    await startSubgraph({
      infrastructure,
      schema,
      routes: createExecutionRoutes({ orm, service, streamLog }),
      context: (operation) => createExecutorContext(orm, service, streamLog, operation),
      ready: { database: () => orm.em.fork().getConnection().execute('select 1') },
    }),
  );
  const rest = started.move();
  return { ...subgraph, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

if (import.meta.main) await runService('code-executor', startCodeExecutor, codeExecutorSettings);
