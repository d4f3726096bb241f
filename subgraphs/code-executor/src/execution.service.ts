import type { EntityManager } from '@mikro-orm/postgresql';
import { NotFoundError } from '@vibecode/platform/errors';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import { isUuid, newId } from '@vibecode/platform/id';
import type { Viewer } from '@vibecode/platform/identity';
import { QueueFullError as JobQueueFullError } from '@vibecode/platform/jobs/job';
import type { Cancelled, JobQueue } from '@vibecode/platform/jobs/job.queue';
import type { JobWorker } from '@vibecode/platform/jobs/job.worker';
import type { ServiceClient } from '@vibecode/platform/service-call';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import type { z } from 'zod';
import { findStart, type Start } from './entrypoint.ts';
import { EntrypointUnknownError, ProjectTooLargeError, QueueFullError, RuntimeUnknownError } from './errors.ts';
import { Execution } from './execution.entity.ts';
import { toExecutionComplete } from './execution.events.ts';
import {
  type changedProjectInput,
  findFilesProblem,
  type ProgramFile,
  projectSnapshot,
  runInput,
  runProjectInput,
} from './execution.input.ts';
import type { Runtime } from './runtime.type.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

export interface ExecutionServiceOptions {
  readonly sandbox: Sandbox;
  readonly queue: JobQueue;
  readonly worker: Pick<JobWorker, 'wake' | 'stop'>;
  readonly calls: ServiceClient;
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
    const { runtime, entrypoint, args, stdin, ...wanted } = parseInput(runProjectInput, input);
    if (runtime) this.#assertRuntime(runtime);
    const { files, language, origin } = await this.#readProject(viewer, wanted);
    const start = findStart(files, { runtime, entrypoint, language });
    return this.#queue(em, viewer.userId, { ...start, files, args, stdin }, origin);
  }

  /** Runs the newest version of a project as changes leave it; the entry file is determined. */
  async runChangedProject(
    em: EntityManager,
    viewer: Viewer,
    { projectId, changes }: z.infer<typeof changedProjectInput>,
  ): Promise<Execution> {
    const { files, language, origin } = await this.#readProject(viewer, { projectId, version: null }, changes);
    const start = findStart(files, { language });
    const { versionNumber, versionId, ...project } = origin;
    const made = changes.length === 0 ? origin : project;
    return this.#queue(em, viewer.userId, { ...start, files, args: [], stdin: '' }, made);
  }

  async #readProject(
    viewer: Viewer,
    { projectId, version }: { readonly projectId: string; readonly version?: number | null },
    changes: z.infer<typeof changedProjectInput>['changes'] = [],
  ) {
    const snapshot = await this.options.calls.call('project', 'projects/snapshot', {
      userId: viewer.userId,
      body: { projectId, version },
      result: projectSnapshot,
    });
    const contents = new Map(
      snapshot.files.map(({ path, contentBase64 }) => [path, Buffer.from(contentBase64, 'base64')]),
    );
    for (const { path, content } of changes) {
      if (content === null) contents.delete(path);
      else contents.set(path, Buffer.from(content));
    }
    const files = [...contents].map(([path, content]) => ({ path, content }));
    if (files.length === 0) {
      throw new EntrypointUnknownError(
        `Version ${snapshot.version} of the project has no files, so that nothing can be run.`,
        [],
      );
    }
    const problem = findFilesProblem(files);
    if (problem) throw new ProjectTooLargeError(problem);
    const { version: versionNumber, versionId, language } = snapshot;
    return { files, language, origin: { projectId: snapshot.projectId, versionNumber, versionId } };
  }

  async get(em: EntityManager, viewer: Viewer, id: string): Promise<Execution> {
    const execution = isUuid(id) ? await em.findOne(Execution, { id, ownerId: viewer.userId }) : null;
    if (!execution) throw new NotFoundError('execution', id);
    return execution;
  }

  /** Stops a run, or removes it from the queue. A finished run stays unchanged. */
  async cancel(em: EntityManager, viewer: Viewer, id: string): Promise<Execution> {
    const execution = await this.get(em, viewer, id);
    const { queue, worker } = this.options;
    const was = await em.fork().transactional((tx) => cancelJob(tx, queue, id));
    // A waiting one is settled like any other that has ended.
    if (was === 'waiting') worker.wake();
    if (was === 'running') await worker.stop(id);
    return em.refreshOrFail(execution);
  }

  async #queue(
    em: EntityManager,
    ownerId: string,
    { runtime, entrypoint, files, args, stdin }: Job,
    origin: Partial<Pick<Execution, 'projectId' | 'versionNumber' | 'versionId'>>,
  ): Promise<Execution> {
    this.#assertRuntime(runtime);
    const { queue, worker, sandbox } = this.options;
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
    try {
      await em.transactional(async (tx) => {
        await queue.enqueue(tx, { id: execution.id, userId: ownerId });
        tx.persist(execution);
      });
    } catch (error) {
      if (!(error instanceof JobQueueFullError)) throw error;
      throw new QueueFullError(error.whose === 'user' ? 'you' : 'all users', error.limit);
    }
    worker.wake();
    return execution;
  }

  #assertRuntime(runtime: string): void {
    const known = this.options.sandbox.runtimes.map(({ id }) => id);
    if (!known.includes(runtime)) throw new RuntimeUnknownError(runtime, known);
  }
}

/** Finishes a run that still waits, and marks one that runs. */
async function cancelJob(em: EntityManager, queue: JobQueue, id: string): Promise<Cancelled> {
  const was = await queue.cancel(em, id);
  if (was !== 'waiting') return was;
  const execution = await em.findOneOrFail(Execution, { id });
  const never = { exitCode: null, signal: null, truncated: false, durationMs: 0, memoryPeakBytes: null };
  execution.finish({ ...never, outcome: 'CANCELLED' }, [], new Date());
  addToOutbox(em, toExecutionComplete(execution));
  return was;
}
