import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import type { ClaimedJob } from '@vibecode/platform/jobs/job';
import type { JobRun } from '@vibecode/platform/jobs/job.run';
import type { Logger } from '@vibecode/platform/log';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { Execution } from './execution.entity.ts';
import { toExecutionComplete } from './execution.events.ts';
import { markRunning } from './execution.repository.ts';
import { endStream, readPast, toStreamName } from './execution.stream.ts';
import { OutputWriter } from './output.writer.ts';
import { DEFAULT_LIMITS, type OutputChunk, type Sandbox, type SandboxResult } from './sandbox/sandbox.ts';

export interface ExecutionRunnerOptions {
  readonly orm: MikroORM;
  readonly sandbox: Sandbox;
  readonly streamLog: StreamLog;
  readonly log: Logger;
}

const FAULTED_RESULT: Omit<SandboxResult, 'fault'> = {
  outcome: 'SANDBOX_FAULT',
  exitCode: null,
  signal: null,
  truncated: false,
  durationMs: 0,
  memoryPeakBytes: null,
};

/** What a worker does with the runs that it takes from the queue. */
export class ExecutionRunner {
  constructor(private readonly options: ExecutionRunnerOptions) {}

  onClaimed(em: EntityManager, { id }: ClaimedJob): Promise<void> {
    return markRunning(em, id);
  }

  async run(job: JobRun): Promise<void> {
    const { orm, sandbox, streamLog, log } = this.options;
    const { id } = job.claim;
    const execution = await orm.em.fork().findOneOrFail(Execution, { id }, { populate: ['program'] });
    const { program } = execution;
    const writer = new OutputWriter(streamLog, job.claim, log);
    if (!program) throw new Error(`Execution ${id} has no program`);
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
      job.signal,
    );
    if (result.fault !== null)
      log.error({ action: 'execution.fault', executionId: id, fault: result.fault }, 'The sandbox broke');
    await writer
      .close()
      .catch((error: unknown) => log.warn({ action: 'execution.output', error }, 'Output will be streamed at the end'));
    const ended = job.stopReason === 'shutdown' ? { ...result, outcome: 'SANDBOX_FAULT' as const } : result;
    await this.#finish(job, ended, writer.chunks);
  }

  /** Finishes a run whose worker is dead: SANDBOX_FAULT, with the output that it had streamed. */
  async recover(job: JobRun): Promise<void> {
    const { orm, streamLog } = this.options;
    const { id, epoch } = job.claim;
    // From now on the old worker cannot write, even if it is still alive.
    await streamLog.append(toStreamName(id), epoch, []);
    const { startedAt } = await orm.em.fork().findOneOrFail(Execution, { id });
    const durationMs = startedAt ? Math.max(0, Date.now() - startedAt.getTime()) : 0;
    await this.#finish(job, { ...FAULTED_RESULT, durationMs }, await readPast(streamLog, id));
  }

  /** Tells whoever watches that a run has finished. */
  async settle({ claim: { id, epoch } }: JobRun): Promise<void> {
    const { orm, streamLog } = this.options;
    const execution = await orm.em.fork().findOne(Execution, { id });
    // Deleted since, with all of its output.
    if (execution) await endStream(streamLog, execution, epoch);
  }

  async #finish(job: JobRun, result: Omit<SandboxResult, 'fault'>, output: readonly OutputChunk[]): Promise<void> {
    const { id } = job.claim;
    await job.finish(async (em) => {
      const execution = await em.findOneOrFail(Execution, { id });
      execution.finish(result, output, new Date());
      addToOutbox(em, toExecutionComplete(execution));
    });
    const { outcome, durationMs } = result;
    this.options.log.info({ action: 'execution.finished', executionId: id, outcome, durationMs }, 'A run has finished');
  }
}
