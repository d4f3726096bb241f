import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import { NotFoundError } from '@vibecode/platform/errors';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import { isUuid, newId } from '@vibecode/platform/id';
import type { Viewer } from '@vibecode/platform/identity';
import type { ServiceClient } from '@vibecode/platform/service-call';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { findStart, type Start } from './entrypoint.ts';
import { EntrypointUnknownError, ProjectTooLargeError, QueueFullError, RuntimeUnknownError } from './errors.ts';
import { Execution, ExecutionStatus } from './execution.entity.ts';
import { toExecutionComplete } from './execution.events.ts';
import { findFilesProblem, type ProgramFile, projectSnapshot, runInput, runProjectInput } from './execution.input.ts';
import { countQueued, requestCancel } from './execution.repository.ts';
import { CANCEL_CHANNEL, type ExecutionRunner } from './execution.runner.ts';
import { endStream } from './execution.stream.ts';
import type { Runtime } from './runtime.type.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

export interface ExecutionServiceOptions {
  readonly sandbox: Sandbox;
  readonly runner: ExecutionRunner;
  readonly calls: ServiceClient;
  readonly streamLog: StreamLog;
  readonly broadcast: Broadcast;
  readonly queueLimit: number;
  readonly userQueueLimit: number;
}

interface Job extends Start {
  readonly files: readonly ProgramFile[];
  readonly args: readonly string[];
  readonly stdin: string;
}

/** Operations on runs, with their authorization: only the owner has access to a run. */
export class ExecutionService {
  constructor(private readonly options: ExecutionServiceOptions) {}

  get runtimes(): Runtime[] {
    const { name, runtimes } = this.options.sandbox;
    return runtimes.map((runtime) => ({ ...runtime, sandbox: name }));
  }

  /** Runs the given files. */
  async run(em: EntityManager, viewer: Viewer, input: unknown): Promise<Execution> {
    const job = parseInput(runInput, input);
    if (!job.files.some(({ path }) => path === job.entrypoint)) {
      throw new EntrypointUnknownError(
        `The entrypoint '${job.entrypoint}' is none of the files: ${job.files
          .map(({ path }) => path)
          .slice(0, 20)
          .join(', ')}.`,
        [job.entrypoint],
      );
    }
    return this.#queue(em, viewer.userId, job, {});
  }

  /** Runs a version of a project, by default its newest. The entry file is determined if it is not given. */
  async runProject(em: EntityManager, viewer: Viewer, input: unknown): Promise<Execution> {
    const { projectId, version, runtime, entrypoint, args, stdin } = parseInput(runProjectInput, input);
    if (runtime) this.#assertRuntime(runtime);
    const snapshot = await this.options.calls.call('project', 'projects/snapshot', {
      userId: viewer.userId,
      body: { projectId, version },
      result: projectSnapshot,
    });
    const files = snapshot.files.map(({ path, contentBase64 }) => ({
      path,
      content: Buffer.from(contentBase64, 'base64'),
    }));
    if (files.length === 0) {
      throw new EntrypointUnknownError(
        `Version ${snapshot.version} of the project has no files, so that nothing can be run.`,
        [],
      );
    }
    const problem = findFilesProblem(files);
    if (problem) throw new ProjectTooLargeError(problem);
    const start = findStart(files, { runtime, entrypoint, language: snapshot.language });
    return this.#queue(
      em,
      viewer.userId,
      { ...start, files, args, stdin },
      {
        projectId: snapshot.projectId,
        versionNumber: snapshot.version,
        versionId: snapshot.versionId,
      },
    );
  }

  async get(em: EntityManager, viewer: Viewer, id: string): Promise<Execution> {
    const execution = isUuid(id) ? await em.findOne(Execution, { id, ownerId: viewer.userId }) : null;
    if (!execution) throw new NotFoundError('execution', id);
    return execution;
  }

  /** Stops a run, or removes it from the queue. A finished run stays unchanged. */
  async cancel(em: EntityManager, viewer: Viewer, id: string): Promise<Execution> {
    const execution = await this.get(em, viewer, id);
    if (execution.status === ExecutionStatus.FINISHED) return execution;
    const epoch = await em.fork().transactional((tx) => cancelQueued(tx, id));
    if (epoch !== null) await endStream(this.options.streamLog, id, epoch, 0);
    else {
      await requestCancel(em, id);
      await this.options.broadcast.publish(CANCEL_CHANNEL, id);
    }
    return em.refreshOrFail(execution);
  }

  async #queue(
    em: EntityManager,
    ownerId: string,
    { runtime, entrypoint, files, args, stdin }: Job,
    origin: Partial<Pick<Execution, 'projectId' | 'versionNumber' | 'versionId'>>,
  ): Promise<Execution> {
    this.#assertRuntime(runtime);
    const { queueLimit, userQueueLimit, sandbox, runner } = this.options;
    const waiting = await countQueued(em, ownerId);
    if (waiting.own >= userQueueLimit) throw new QueueFullError('you', userQueueLimit);
    if (waiting.all >= queueLimit) throw new QueueFullError('all users', queueLimit);
    const execution = Object.assign(new Execution(), {
      ...origin,
      id: newId(),
      ownerId,
      runtimeId: runtime,
      sandbox: sandbox.name,
      createdAt: new Date(),
      program: {
        files: files.map(({ path, content }) => ({ path, contentBase64: content.toString('base64') })),
        entrypoint,
        args,
        stdin,
      },
    });
    await em.persist(execution).flush();
    runner.wake();
    return execution;
  }

  #assertRuntime(runtime: string): void {
    const known = this.options.sandbox.runtimes.map(({ id }) => id);
    if (!known.includes(runtime)) throw new RuntimeUnknownError(runtime, known);
  }
}

/** Finishes a waiting run. @returns the epoch for ending its stream; null if the run is no longer waiting */
async function cancelQueued(em: EntityManager, id: string): Promise<number | null> {
  const execution = await em.findOne(
    Execution,
    { id, status: ExecutionStatus.QUEUED },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!execution) return null;
  execution.epoch += 1;
  const never = { exitCode: null, signal: null, truncated: false, durationMs: 0, memoryPeakBytes: null };
  execution.finish({ ...never, outcome: 'CANCELLED' }, [], new Date());
  addToOutbox(em, toExecutionComplete(execution));
  return execution.epoch;
}
