import type { MikroORM } from '@mikro-orm/postgresql';
import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { Execution, ExecutionStatus } from './execution.entity.ts';
import { toExecutionComplete } from './execution.events.ts';
import { type Claim, claimAbandoned, claimNext, renewLease } from './execution.repository.ts';
import { endStream, readPast, toStreamName } from './execution.stream.ts';
import { OutputWriter } from './output.writer.ts';
import { DEFAULT_LIMITS, type OutputChunk, type Sandbox, type SandboxResult } from './sandbox/sandbox.ts';

export interface ExecutionRunnerOptions {
  readonly orm: MikroORM;
  readonly sandbox: Sandbox;
  readonly streamLog: StreamLog;
  readonly broadcast: Broadcast;
  readonly log: Logger;
  /** Maximum of concurrent programs on this instance. */
  readonly concurrency: number;
  /** Time without a renewal after which a worker counts as dead. Default 15 s. */
  readonly leaseMs?: number;
  /** Interval of reading the queue if nothing wakes the runner. Default 1 s. */
  readonly pollMs?: number;
}

/** Broadcast channel for the ids of executions to cancel. */
export const CANCEL_CHANNEL = 'code-executor.cancel';

const FAULTED_RESULT: Omit<SandboxResult, 'fault'> = {
  outcome: 'SANDBOX_FAULT',
  exitCode: null,
  signal: null,
  truncated: false,
  durationMs: 0,
  memoryPeakBytes: null,
};

/** Claims runs from the queue in the database, and runs them under leases. It also finishes the runs of dead workers. */
export class ExecutionRunner implements AsyncDisposable {
  readonly #options: Required<ExecutionRunnerOptions>;
  readonly #running = new Map<
    string,
    { readonly claim: Claim; readonly stop: AbortController; readonly done: Promise<void> }
  >();
  readonly #resources = new AsyncDisposableStack();
  #claiming: Promise<void> | null = null;
  #again = false;
  #disposed = false;

  constructor(options: ExecutionRunnerOptions) {
    this.#options = { leaseMs: 15_000, pollMs: 1_000, ...options };
  }

  async start(): Promise<void> {
    const { broadcast, leaseMs, pollMs, log } = this.#options;
    this.#resources.use(
      await broadcast.subscribe(CANCEL_CHANNEL, (id) => this.#running.get(id)?.stop.abort('CANCELLED')),
    );
    this.#resources.use(startInterval('executions.renew', leaseMs / 3, () => this.#renewLeases(), log));
    this.#resources.use(startInterval('executions.recover', leaseMs / 3, () => this.recover(), log));
    this.#resources.use(startInterval('executions.poll', pollMs, async () => this.wake(), log));
    this.wake();
  }

  /** Call when the queue may have a run. */
  wake(): void {
    this.#again = true;
    this.#claiming ??= this.#claimAll()
      .catch((error: unknown) =>
        this.#options.log.error({ action: 'execution.claim', error }, 'The queue of runs could not be read'),
      )
      .finally(() => {
        this.#claiming = null;
      });
  }

  async #claimAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      while (!this.#disposed && this.#running.size < this.#options.concurrency) {
        const claim = await claimNext(this.#options.orm.em.fork(), this.#options.leaseMs);
        if (!claim) break;
        const stop = new AbortController();
        const done = this.#run(claim, stop.signal)
          .catch((error: unknown) =>
            this.#options.log.error(
              { action: 'execution.run', executionId: claim.id, error },
              'A run failed unexpectedly; it is finished when its lease expires',
            ),
          )
          .finally(() => {
            this.#running.delete(claim.id);
            this.wake();
          });
        this.#running.set(claim.id, { claim, stop, done });
      }
    }
  }

  async #run(claim: Claim, signal: AbortSignal): Promise<void> {
    const { orm, sandbox, streamLog, log } = this.#options;
    const execution = await orm.em.fork().findOneOrFail(Execution, { id: claim.id }, { populate: ['program'] });
    const { program } = execution;
    const writer = new OutputWriter(streamLog, claim, log);
    if (!program) throw new Error(`Execution ${claim.id} has no program`);
    const result = await sandbox.run(
      {
        runtime: execution.runtimeId,
        files: program.files.map(({ path, contentBase64 }) => ({
          path,
          content: Buffer.from(contentBase64, 'base64'),
        })),
        entrypoint: program.entrypoint,
        args: program.args,
        stdin: program.stdin,
        limits: DEFAULT_LIMITS,
      },
      (chunk) => writer.add(chunk),
      signal,
    );
    if (result.fault !== null)
      log.error(
        { action: 'execution.fault', executionId: claim.id, fault: result.fault },
        'The sandbox failed during a run',
      );
    await writer
      .close()
      .catch((error: unknown) =>
        log.error({ action: 'execution.output', error }, 'Output of a run could not be streamed'),
      );
    const ended = signal.reason === 'SHUTDOWN' ? { ...result, outcome: 'SANDBOX_FAULT' as const } : result;
    await this.#finish(claim, ended, writer.chunks);
  }

  async #finish(claim: Claim, result: Omit<SandboxResult, 'fault'>, output: readonly OutputChunk[]): Promise<void> {
    const { orm, streamLog, log } = this.#options;
    const isMine = await orm.em.fork().transactional(async (em) => {
      const execution = await em.findOne(Execution, { ...claim, status: ExecutionStatus.RUNNING });
      if (!execution) return false;
      execution.finish(result, output, new Date());
      addToOutbox(em, toExecutionComplete(execution));
      return true;
    });
    if (!isMine) return;
    const { outcome, durationMs } = result;
    log.info({ action: 'execution.finished', executionId: claim.id, outcome, durationMs }, 'A run has finished');
    await endStream(streamLog, claim.id, claim.epoch, output.length);
  }

  /** Finishes the runs of dead workers as SANDBOX_FAULT, with the output that they had streamed. */
  async recover(): Promise<void> {
    const { orm, leaseMs, streamLog } = this.#options;
    for (let claim = await this.#claimAbandoned(leaseMs); claim; claim = await this.#claimAbandoned(leaseMs)) {
      // From now on the old worker cannot write, even if it is still alive.
      await streamLog.append(toStreamName(claim.id), claim.epoch, []);
      const { startedAt } = await orm.em.fork().findOneOrFail(Execution, { id: claim.id });
      const durationMs = startedAt ? Math.max(0, Date.now() - startedAt.getTime()) : 0;
      await this.#finish(claim, { ...FAULTED_RESULT, durationMs }, await readPast(streamLog, claim.id));
    }
  }

  #claimAbandoned(leaseMs: number): Promise<Claim | null> {
    return this.#disposed ? Promise.resolve(null) : claimAbandoned(this.#options.orm.em.fork(), leaseMs);
  }

  async #renewLeases(): Promise<void> {
    const { orm, leaseMs } = this.#options;
    for (const { claim, stop } of this.#running.values()) {
      if ((await renewLease(orm.em.fork(), claim, leaseMs)) !== 'held') stop.abort('CANCELLED');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#claiming;
    for (const { stop } of this.#running.values()) stop.abort('SHUTDOWN');
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    await this.#resources.disposeAsync();
  }
}
