import { createHash } from 'node:crypto';
import { AppError, NotFoundError, RemoteError, UnavailableError } from '@vibecode/platform/errors';
import { PathLocks } from '@vibecode/platform/files/path.locks';
import { newId } from '@vibecode/platform/id';
import type { CallOptions, ServiceClient } from '@vibecode/platform/service-call';

interface HoldState {
  readonly userId: string;
  promptTokens: number;
  maxTokens: number;
  released: boolean;
  expiresAt: number;
  readonly budget?: unknown;
}

interface AppliedChangeset {
  readonly projectId: string;
  readonly changes: readonly ChangeToApply[];
  readonly idempotencyKey: string;
  readonly merge: boolean;
  readonly provenance: { readonly model: string; readonly provider: string; readonly templates: readonly unknown[] };
}

export interface ChangeToApply {
  readonly operation: string;
  readonly path: string;
  readonly content?: string;
  readonly search?: string;
  readonly replace?: string;
  readonly ifSha256?: string;
  readonly ifAbsent?: boolean;
}

/** How a run ends; a promise is one that goes on until it resolves. */
export type RunAnswer = { readonly outcome: string; readonly errorText?: string } | Promise<{ outcome: string }>;

/** Files by path. */
export type Files = Record<string, string>;

/** Billing and project as this service sees them, in memory: what it asked of them, and what they answer. */
export class Neighbours implements ServiceClient {
  readonly holds = new Map<string, HoldState>();
  /** Generations whose hold was needed after it had expired. */
  readonly lostHolds = new Set<string>();
  holdTtlMs = 60_000;
  readonly changesets = new Map<string, AppliedChangeset>();
  readonly projects = new Map<
    string,
    { ownerId: string; language: string | null; files: Files; lockedPaths?: string[] }
  >();
  /** The project service's rule for changesets. */
  applyChanges: (files: Files, changes: readonly ChangeToApply[]) => Files | Promise<Files> = applyChanges;
  affordableTokens = Number.POSITIVE_INFINITY;
  /** Refusals of which the user is not notified. */
  quietRefusals = 0;
  /** What code-executor says of runs, in order; the last one again and again. Default: it does not answer. */
  runs: readonly (RunAnswer | AppError)[] = [];
  /** The changes that each run was asked for with. */
  readonly ran: (readonly { path: string; content: string | null }[])[] = [];
  readonly cancelledRuns: string[] = [];
  /** Thrown by the next call of the path. */
  readonly failures = new Map<string, AppError[]>();

  createProject(ownerId: string, { language = 'javascript' as string | null, files = {} as Files } = {}): string {
    const id = newId();
    this.projects.set(id, { ownerId, language, files });
    return id;
  }

  async call<T>(callee: string, path: string, { userId, body, result, signal }: CallOptions<T>): Promise<T> {
    const failure = this.failures.get(path)?.shift();
    if (failure) throw failure;
    if (path === 'executions/wait')
      return result.parse(await this.#waitForRun(body as { executionId: string }, signal));
    // biome-ignore lint/suspicious/noExplicitAny: each path has a body of its own
    return result.parse(await this.#answer(`${callee} ${path}`, userId, body as any));
  }

  // biome-ignore lint/suspicious/noExplicitAny: each path has a body of its own
  #answer(call: string, userId: string, body: any): unknown {
    switch (call) {
      case 'billing holds':
        return this.#placeHold(userId, body);
      case 'billing holds/renew':
        return this.#getRenewedHold(userId, body.generationId);
      case 'billing holds/renew-many':
        return {
          holds: body.generationIds.map((generationId: string) => {
            const expiresAt = this.#renewHold(userId, generationId);
            return { generationId, expiresAt };
          }),
        };
      case 'billing holds/shrink':
        Object.assign(this.holds.get(body.generationId)!, {
          promptTokens: body.promptTokens,
          maxTokens: body.maxTokens,
        });
        return {};
      case 'billing holds/release':
        Object.assign(this.holds.get(body.generationId) ?? {}, { released: true });
        return { released: true };
      case 'project projects/authorize': {
        const { language } = this.#getProject(userId, body.projectId);
        return { projectId: body.projectId, language, framework: null, headVersion: 0 };
      }
      case 'project projects/snapshot': {
        const { files, lockedPaths = [] } = this.#getProject(userId, body.projectId);
        return {
          lockedPaths,
          files: Object.entries(files).map(([path, content]) => ({
            path,
            contentBase64: Buffer.from(content).toString('base64'),
          })),
        };
      }
      case 'code-executor executions': {
        const answer = this.runs[Math.min(this.ran.length, this.runs.length - 1)];
        if (answer === undefined || answer instanceof AppError) {
          throw answer ?? new UnavailableError('SERVICE_UNAVAILABLE', 'The code-executor service does not answer.');
        }
        this.ran.push(body.changes);
        return { executionId: String(this.ran.length) };
      }
      case 'code-executor executions/cancel':
        this.cancelledRuns.push(body.executionId);
        return {};
      case 'project projects/changesets':
        return this.#apply(userId, body);
      default:
        throw new Error(`Unexpected call: ${call}`);
    }
  }

  async #waitForRun({ executionId }: { executionId: string }, signal?: AbortSignal) {
    const answer = this.runs[Math.min(Number(executionId), this.runs.length) - 1] as RunAnswer;
    const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const { outcome, ...said } = await Promise.race([answer, aborted]);
    const exitCode = outcome === 'SUCCEEDED' ? 0 : 1;
    return { outcome, exitCode, signal: null, durationMs: 10_000, errorText: '', ...said };
  }

  #placeHold(userId: string, request: { generationId: string; calls: number; announces: boolean } & HoldState) {
    const { generationId, calls, budget } = request;
    const [promptTokens, maxTokens] = [calls * request.promptTokens, calls * request.maxTokens];
    if (promptTokens + maxTokens > this.affordableTokens) {
      if (!request.announces) this.quietRefusals += 1;
      const affordableTokens = Math.floor(Math.max(0, this.affordableTokens - promptTokens) / calls);
      throw new RemoteError('BILLING_QUOTA_EXCEEDED', 'Too much.', 402, { details: { affordableTokens } });
    }
    const expiresAt = Date.now() + this.holdTtlMs;
    if (!this.holds.has(generationId))
      this.holds.set(generationId, { userId, promptTokens, maxTokens, released: false, expiresAt, budget });
    return {
      holdId: generationId,
      grantedTokens: promptTokens + maxTokens,
      expiresAt: new Date(expiresAt).toISOString(),
    };
  }

  #getRenewedHold(userId: string, generationId: string) {
    const expiresAt = this.#renewHold(userId, generationId);
    if (expiresAt === null) throw new RemoteError('BILLING_HOLD_CLOSED', 'The hold is closed.', 409);
    return { expiresAt };
  }

  /** Null when there is nothing to renew. Unlike billing, it never places a hold again. */
  #renewHold(userId: string, generationId: string): string | null {
    const hold = this.holds.get(generationId);
    if (hold?.userId !== userId || hold.released) return null;
    if (hold.expiresAt <= Date.now()) {
      this.lostHolds.add(generationId);
      return null;
    }
    hold.expiresAt = Date.now() + this.holdTtlMs;
    return new Date(hold.expiresAt).toISOString();
  }

  async #apply(userId: string, changeset: AppliedChangeset) {
    const project = this.#getProject(userId, changeset.projectId);
    const hold = this.holds.get(changeset.idempotencyKey);
    if (hold && hold.expiresAt <= Date.now()) this.lostHolds.add(changeset.idempotencyKey);
    const known = this.changesets.get(changeset.idempotencyKey);
    const locks = new PathLocks(project.lockedPaths ?? []);
    const leftAlone = changeset.changes.map(({ path }) => path).filter((path) => locks.find(path) !== null);
    if (leftAlone.length === changeset.changes.length) {
      throw new RemoteError('PROJECT_PATHS_LOCKED', 'All is locked.', 409, { details: { paths: leftAlone } });
    }
    const allowed = changeset.changes.filter(({ path }) => locks.find(path) === null);
    const files = known ? project.files : await this.applyChanges(project.files, allowed);
    this.changesets.set(changeset.idempotencyKey, changeset);
    project.files = files;
    const paths = [...new Set(allowed.map(({ path }) => path))].filter((path) => path in files);
    return {
      versionId: changeset.idempotencyKey,
      number: 1,
      leftAlone,
      files: paths.map((path) => ({ path, sha256: toSha256(files[path]!), bytes: Buffer.byteLength(files[path]!) })),
    };
  }

  #getProject(userId: string, projectId: string) {
    const project = this.projects.get(projectId);
    if (project?.ownerId !== userId) throw new NotFoundError('project', projectId);
    return project;
  }
}

/** As the project service does it: all changes fit, or none is made. */
function applyChanges(before: Files, changes: readonly ChangeToApply[]): Files {
  const files = { ...before };
  for (const [
    index,
    { operation, path, content, search = '', replace = '', ifSha256, ifAbsent },
  ] of changes.entries()) {
    const refuse = (problem: string) => {
      const details = { path, problem };
      throw new RemoteError('CONFLICT', `changes.${index}: '${path}' ${problem}. Nothing was changed.`, 409, {
        details,
      });
    };
    const present = files[path];
    if (ifSha256 !== undefined && (present === undefined || toSha256(present) !== ifSha256)) refuse('has changed');
    if (ifAbsent && present !== undefined) refuse('already exists');
    if (operation === 'WRITE') files[path] = content!;
    else if (present === undefined) refuse('is not there');
    else if (operation === 'DELETE') delete files[path];
    else {
      const parts = present.split(search);
      if (parts.length !== 2) refuse(`contains the search text ${parts.length - 1} times`);
      files[path] = parts.join(replace);
    }
  }
  return files;
}

function toSha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
