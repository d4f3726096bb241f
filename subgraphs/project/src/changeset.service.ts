import type { Json } from '@vibecode/platform/documents/documents';
import { NotFoundError } from '@vibecode/platform/errors';
import { createEvent } from '@vibecode/platform/events/event';
import { newId } from '@vibecode/platform/id';
import type { Viewer } from '@vibecode/platform/identity';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { toBlobId } from './blob.repository.ts';
import { mergeChanges } from './changeset.merge.ts';
import {
  type AppliedChanges,
  applyChanges,
  type Change,
  compareTrees,
  type ProjectLimits,
  toSha256,
} from './changeset.ts';
import { IdempotencyKeyReusedError, ProjectBusyError, VersionConflictError } from './errors.ts';
import type { FileTree } from './file.tree.ts';
import type { ProjectAnnouncer } from './project.announcer.ts';
import type { Project } from './project.entity.ts';
import { applyChangesetInput, type ProvenanceRecord } from './project.input.ts';
import { withoutLocked } from './project.locks.ts';
import type { ProjectService, ProjectStores } from './project.service.ts';
import type { Version } from './version.entity.ts';

/** A changeset whose input has been validated. */
export interface Changeset {
  readonly projectId: string;
  /** The version that the changes are based on; null: the current one. */
  readonly baseVersion: number | null;
  readonly message: string;
  readonly changes: readonly Change[];
  readonly idempotencyKey: string;
  readonly provenance: ProvenanceRecord | null;
  /** Whether the changes of locked paths are left out, as for a generation. Users may change what is locked. */
  readonly keepsLocks: boolean;
  /** Whether files that have changed since are merged, rather than refused. See `mergeChanges`. */
  readonly merge: boolean;
}

interface Draft {
  readonly versionId: string;
  readonly message: string;
  readonly provenance: ProvenanceRecord | null;
  readonly idempotencyKey: string | null;
  readonly requestSha256: string | null;
  readonly applied: AppliedChanges;
  readonly leftAlone: readonly string[];
}

const MAX_ATTEMPTS = 20;
/** Time limit of a commit. It must be shorter than `LEFTOVER_AGE_MS`, after which the sweeper removes an uncommitted version. */
const COMMIT_LIMIT_MS = 10 * 60_000;
export const LEFTOVER_AGE_MS = 60 * 60_000;

/** Creates new versions, each from a whole changeset. */
export class ChangesetService {
  constructor(
    private readonly stores: ProjectStores,
    private readonly projects: ProjectService,
    private readonly announcer: ProjectAnnouncer,
    private readonly limits: ProjectLimits,
    private readonly now: () => Date = () => new Date(),
  ) {}

  applyInput(viewer: Viewer, input: unknown): Promise<Version> {
    const changeset = parseInput(applyChangesetInput, input);
    return this.apply(viewer, { ...changeset, provenance: null, keepsLocks: false, merge: false });
  }

  /**
   * Applies a changeset. A repeated idempotency key returns the version that it created.
   *
   * @throws {VersionConflictError} the project is no longer at `baseVersion`
   * @throws {PathsLockedError} it keeps locks, and all of its paths are locked
   * @throws {MergeConflictError} it merges, and the project has changed in the same places
   * @throws {IdempotencyKeyReusedError} the key has created a version with other changes
   */
  async apply(viewer: Viewer, changeset: Changeset): Promise<Version> {
    const { projectId, baseVersion, idempotencyKey, message, provenance, keepsLocks, merge } = changeset;
    const requestSha256 = toRequestSha256(changeset);
    return this.#commitOnHead(viewer, projectId, async (project) => {
      const made = await this.stores.versions.findByKey(project, idempotencyKey);
      if (made) {
        if (made.requestSha256 !== requestSha256) throw new IdempotencyKeyReusedError(idempotencyKey, made.number);
        return made;
      }
      if (baseVersion !== null && baseVersion !== project.headNumber) {
        throw new VersionConflictError(projectId, baseVersion, project.headNumber);
      }
      const versionId = newId();
      // The head moves by compare-and-set of the whole project, so that a lock of this moment holds as well.
      const { changes: allowed, leftAlone } = withoutLocked(keepsLocks ? project.lockedPaths : [], changeset.changes);
      const tree = await this.getTree(project.headId);
      const changes = merge ? await mergeChanges(tree, allowed, (sha256) => this.#find(projectId, sha256)) : allowed;
      const applied = await applyChanges(tree, changes, {
        limits: this.limits,
        versionId,
        read: (sha256) => this.#read(projectId, sha256),
      });
      return { versionId, message, provenance, idempotencyKey, requestSha256, applied, leftAlone };
    });
  }

  /** Creates a new version with the files of an old one. The versions in between stay in the history. */
  async restore(viewer: Viewer, projectId: string, number: number): Promise<Version> {
    return this.#commitOnHead(viewer, projectId, async (project) => {
      const version = await this.stores.versions.findByNumber(project, number);
      if (!version) throw new NotFoundError('version', String(number));
      const [from, tree] = await Promise.all([this.getTree(project.headId), this.getTree(version.id)]);
      return {
        versionId: newId(),
        message: `Restored version ${number}`,
        provenance: null,
        idempotencyKey: null,
        requestSha256: null,
        applied: { tree, changes: compareTrees(from, tree), blobs: new Map() },
        leftAlone: [],
      };
    });
  }

  async getTree(versionId: string): Promise<FileTree> {
    const tree = await this.stores.versions.findTree(versionId);
    if (!tree) throw new Error(`The files of version ${versionId} are missing.`);
    return tree;
  }

  /** @param compose creates a draft on the current head, or returns an existing version */
  async #commitOnHead(
    viewer: Viewer,
    projectId: string,
    compose: (project: Project) => Promise<Draft | Version>,
  ): Promise<Version> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { project } = await this.projects.authorize(viewer, projectId, 'EDITOR');
      const draft = await compose(project);
      if (!('applied' in draft)) return draft;
      const version = await this.#commit(viewer, project, draft);
      if (version) return version;
    }
    throw new ProjectBusyError(projectId);
  }

  /**
   * Writes the version's document first, which lists everything to sweep after an interruption; then the contents; then it moves
   * the head, which makes the version part of the project.
   *
   * @returns null if the project has changed meanwhile; the sweeper removes the written documents
   */
  async #commit(viewer: Viewer, project: Project, draft: Draft): Promise<Version | null> {
    const { stores } = this;
    const { versionId, message, provenance, idempotencyKey, requestSha256, applied, leftAlone } = draft;
    const number = project.headNumber + 1;
    const begunAt = this.now();
    await stores.versions.confirm(project.headId);
    const version = await stores.versions.insert({
      _id: versionId,
      projectId: project.id,
      number,
      message,
      createdAt: begunAt.toISOString(),
      authorId: viewer.userId,
      changes: applied.changes,
      leftAlone,
      provenance,
      idempotencyKey,
      requestSha256,
      tree: applied.tree.toNode(),
      committed: false,
      event: toVersionEvent(project, viewer.userId, number),
      published: false,
    });
    await stores.blobs.store(project.id, applied.blobs, begunAt);
    if (this.now().getTime() - begunAt.getTime() > COMMIT_LIMIT_MS) throw new ProjectBusyError(project.id);
    const head = { headId: versionId, headNumber: number, updatedAt: this.now().toISOString() };
    if (!(await stores.projects.change(project, head))) return null;
    // The version is already part of the project. If this fails, the relay or the next version confirms it.
    await stores.versions.confirm(versionId).catch(() => undefined);
    this.announcer.announce(project.id, 'version');
    return version;
  }

  async #find(projectId: string, sha256: string): Promise<Buffer | null> {
    const [content] = await this.stores.blobs.find([toBlobId(projectId, sha256)]);
    return content ?? null;
  }

  async #read(projectId: string, sha256: string): Promise<Buffer> {
    const content = await this.#find(projectId, sha256);
    if (!content) throw new Error(`The content ${sha256} of project ${projectId} is missing.`);
    return content;
  }
}

/** @returns a hash that is equal for equal requests */
function toRequestSha256({ baseVersion, message, changes, provenance, merge }: Changeset): string {
  const hashed = changes.map((change) =>
    'content' in change ? { ...change, content: toSha256(change.content) } : change,
  );
  return toSha256(JSON.stringify([baseVersion, message, hashed, provenance, ...(merge ? ['merge'] : [])]));
}

function toVersionEvent(project: Project, authorId: string, version: number): Json {
  const event = createEvent('project.changed', {
    source: 'project',
    subject: project.id,
    key: project.id,
    data: { projectId: project.id, ownerId: project.ownerId, authorId, version },
  });
  return event as unknown as Json;
}
