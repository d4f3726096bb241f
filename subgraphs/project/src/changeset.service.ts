import type { Json } from '@vibecode/platform/documents/documents';
import { NotFoundError } from '@vibecode/platform/errors';
import { createEvent } from '@vibecode/platform/events/event';
import { newId } from '@vibecode/platform/id';
import type { Viewer } from '@vibecode/platform/identity';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { toBlobId } from './blob.repository.ts';
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
import type { ProjectService, ProjectStores } from './project.service.ts';
import type { Version } from './version.entity.ts';

/** A changeset, checked for shape. */
export interface Changeset {
  readonly projectId: string;
  /** The version the changes were made on; null takes whichever there is. */
  readonly baseVersion: number | null;
  readonly message: string;
  readonly changes: readonly Change[];
  readonly idempotencyKey: string;
  readonly provenance: ProvenanceRecord | null;
}

interface Draft {
  readonly versionId: string;
  readonly message: string;
  readonly provenance: ProvenanceRecord | null;
  readonly idempotencyKey: string | null;
  readonly requestSha256: string | null;
  readonly applied: AppliedChanges;
}

const MOST_ATTEMPTS = 20;
/** A version that is not committed by then never is: the sweeper takes what is older than `LEFTOVER_AGE_MS` for left over. */
const COMMIT_LIMIT_MS = 10 * 60_000;
export const LEFTOVER_AGE_MS = 60 * 60_000;

/** Makes new versions: all of a changeset or nothing of it. */
export class ChangesetService {
  constructor(
    private readonly stores: ProjectStores,
    private readonly projects: ProjectService,
    private readonly announcer: ProjectAnnouncer,
    private readonly limits: ProjectLimits,
    private readonly now: () => Date = () => new Date(),
  ) {}

  applyInput(viewer: Viewer, input: unknown): Promise<Version> {
    return this.apply(viewer, { ...parseInput(applyChangesetInput, input), provenance: null });
  }

  /**
   * The same idempotency key answers with the version it made.
   *
   * @throws {VersionConflictError} the project is no longer at `baseVersion`
   * @throws {IdempotencyKeyReusedError} the key has made a version with other changes
   */
  async apply(viewer: Viewer, changeset: Changeset): Promise<Version> {
    const { projectId, baseVersion, idempotencyKey, message, changes, provenance } = changeset;
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
      const applied = await applyChanges(await this.getTree(project.headId), changes, {
        limits: this.limits,
        versionId,
        read: (sha256) => this.#read(projectId, sha256),
      });
      return { versionId, message, provenance, idempotencyKey, requestSha256, applied };
    });
  }

  /** A new version with the files of an old one. What came between stays in the history. */
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
      };
    });
  }

  async getTree(versionId: string): Promise<FileTree> {
    const tree = await this.stores.versions.findTree(versionId);
    if (!tree) throw new Error(`The files of version ${versionId} are missing.`);
    return tree;
  }

  /** @param compose makes a draft on the head as it is, or answers with a version that is there already */
  async #commitOnHead(
    viewer: Viewer,
    projectId: string,
    compose: (project: Project) => Promise<Draft | Version>,
  ): Promise<Version> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const { project } = await this.projects.authorize(viewer, projectId, 'EDITOR');
      const draft = await compose(project);
      if (!('applied' in draft)) return draft;
      const version = await this.#commit(viewer, project, draft);
      if (version) return version;
    }
    throw new ProjectBusyError(projectId);
  }

  /**
   * The version's document first, which names all there is to sweep should this end halfway; then the contents; then the
   * head moves, and with that the version counts.
   *
   * @returns null when the project has changed meanwhile; what was written is left to the sweeper
   */
  async #commit(viewer: Viewer, project: Project, draft: Draft): Promise<Version | null> {
    const { stores } = this;
    const { versionId, message, provenance, idempotencyKey, requestSha256, applied } = draft;
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
    // It counts already. Should this fail, the relay does it, or whoever begins the next version.
    await stores.versions.confirm(versionId).catch(() => undefined);
    this.announcer.announce(project.id, 'version');
    return version;
  }

  async #read(projectId: string, sha256: string): Promise<Buffer> {
    const [content] = await this.stores.blobs.find([toBlobId(projectId, sha256)]);
    if (!content) throw new Error(`The content ${sha256} of project ${projectId} is missing.`);
    return content;
  }
}

/** The same for requests that ask for the same. */
function toRequestSha256({ baseVersion, message, changes, provenance }: Changeset): string {
  const hashed = changes.map((change) =>
    'content' in change ? { ...change, content: toSha256(change.content) } : change,
  );
  return toSha256(JSON.stringify([baseVersion, message, hashed, provenance]));
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
