import type { Json } from '@vibecode/platform/documents/documents';
import { ForbiddenError, NotFoundError } from '@vibecode/platform/errors';
import { createEvent } from '@vibecode/platform/events/event';
import { newId } from '@vibecode/platform/id';
import type { Viewer } from '@vibecode/platform/identity';
import { requireScope } from '@vibecode/platform/scope';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import type { EventData } from '@vibecode/schema/events/topics';
import type { BlobRepository } from './blob.repository.ts';
import { ProjectBusyError } from './errors.ts';
import { EMPTY_FOLDER } from './file.tree.ts';
import type { ProjectAnnouncer } from './project.announcer.ts';
import { isAtLeast, MemberRole, type Need, type Project } from './project.entity.ts';
import { createProjectInput, lockedPathsInput, updateProjectInput } from './project.input.ts';
import { addLocks, removeLocks } from './project.locks.ts';
import type { ProjectRepository } from './project.repository.ts';
import type { VersionRepository } from './version.repository.ts';

export interface ProjectStores {
  readonly projects: ProjectRepository;
  readonly versions: VersionRepository;
  readonly blobs: BlobRepository;
}

const MAX_ATTEMPTS = 20;

/** Operations on projects themselves, with their authorization. */
export class ProjectService {
  constructor(
    private readonly stores: ProjectStores,
    private readonly announcer: ProjectAnnouncer,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /**
   * @throws {NotFoundError} the project does not exist, or the viewer may not see it
   * @throws {ForbiddenError} the viewer may see the project, but the viewer's role or token is not sufficient
   */
  async authorize(viewer: Viewer | null, id: string, need: Need): Promise<{ project: Project; role: MemberRole }> {
    const signedIn = requireScope(viewer, need === 'VIEWER' ? 'project:read' : 'project:write');
    const [project] = await this.stores.projects.findVisible(signedIn, [id]);
    if (!project) throw new NotFoundError('project', id);
    // A viewer who is not a member but sees the project is an admin.
    const role = project.roleOf(signedIn.userId) ?? MemberRole.VIEWER;
    if (!isAtLeast(role, need)) {
      throw new ForbiddenError(
        `Your role in this project is ${role}; this requires ${need}. Ask the project's owner for that role.`,
        {
          details: { projectId: id, role, need },
        },
      );
    }
    return { project, role };
  }

  /** Creates a project with the empty version 0. */
  async create(viewer: Viewer | null, input: unknown): Promise<Project> {
    const { userId } = requireScope(viewer, 'project:write');
    const { name, description, language, framework } = parseInput(createProjectInput, input);
    const [id, headId, at] = [newId(), newId(), this.now().toISOString()];
    // The version is written first, because a project without its head must never be visible.
    await this.stores.versions.insert({
      _id: headId,
      projectId: id,
      number: 0,
      message: 'Project created',
      createdAt: at,
      authorId: userId,
      changes: [],
      provenance: null,
      idempotencyKey: null,
      requestSha256: null,
      tree: EMPTY_FOLDER,
      committed: false,
      event: null,
      published: true,
    });
    const project = await this.stores.projects.insert({
      _id: id,
      ownerId: userId,
      members: [{ userId, role: MemberRole.OWNER }],
      memberIds: [userId],
      name,
      searchName: name.toLowerCase(),
      description,
      language,
      framework,
      createdAt: at,
      updatedAt: at,
      headId,
      headNumber: 0,
      revision: 1,
      deletedAt: null,
      ...toFieldsEvent({ projectId: id, ownerId: userId, authorId: userId }),
    });
    this.announcer.announce(id, 'fields');
    return project;
  }

  async update(viewer: Viewer, id: string, input: unknown): Promise<Project> {
    const { name, description } = parseInput(updateProjectInput, input);
    const changed = await this.#change(viewer, id, 'EDITOR', (project) => ({
      ...(name !== undefined && { name, searchName: name.toLowerCase() }),
      ...(description !== undefined && { description }),
      updatedAt: this.now().toISOString(),
      ...toFieldsEvent({ projectId: id, ownerId: project.ownerId, authorId: viewer.userId }),
    }));
    this.announcer.announce(id, 'fields');
    return changed;
  }

  /** Locks paths for generations. Editors may, as they may change the files. */
  async lockPaths(viewer: Viewer, id: string, paths: unknown): Promise<Project> {
    const wanted = parseInput(lockedPathsInput, { paths });
    return this.#changeLocks(viewer, id, (locked) => addLocks(locked, wanted.paths));
  }

  /** @throws {LockedByFolderError} a folder above a path is locked */
  async unlockPaths(viewer: Viewer, id: string, paths: unknown): Promise<Project> {
    const wanted = parseInput(lockedPathsInput, { paths });
    return this.#changeLocks(viewer, id, (locked) => removeLocks(locked, wanted.paths));
  }

  async #changeLocks(viewer: Viewer, id: string, toLocks: (locked: readonly string[]) => string[]): Promise<Project> {
    const changed = await this.#change(viewer, id, 'EDITOR', (project) => ({
      lockedPaths: toLocks(project.lockedPaths),
      ...toFieldsEvent({ projectId: id, ownerId: project.ownerId, authorId: viewer.userId }),
    }));
    this.announcer.announce(id, 'fields');
    return changed;
  }

  /** Deletes a project for all users at once. The sweeper removes its versions and contents later. */
  async delete(viewer: Viewer, id: string): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { project } = await this.authorize(viewer, id, 'OWNER');
      const deletedAt = this.now().toISOString();
      const event = createEvent('audit.log', {
        source: 'project',
        subject: id,
        key: viewer.userId,
        data: { actorId: viewer.userId, action: 'project.deleted', target: `project:${id}`, ip: null, userAgent: null },
      });
      if (
        await this.stores.projects.delete(project, { deletedAt, event: event as unknown as Json, eventId: event.id })
      ) {
        this.announcer.announce(id, 'fields');
        return;
      }
    }
    throw new ProjectBusyError(id);
  }

  async #change(
    viewer: Viewer,
    id: string,
    need: Need,
    toChanges: (project: Project) => Parameters<ProjectRepository['change']>[1],
  ): Promise<Project> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { project } = await this.authorize(viewer, id, need);
      const changed = await this.stores.projects.change(project, toChanges(project));
      if (changed) return changed;
    }
    throw new ProjectBusyError(id);
  }
}

function toFieldsEvent(data: Omit<EventData<'project.changed'>, 'version'>): { event: Json; eventId: string } {
  const { projectId } = data;
  const event = createEvent('project.changed', {
    source: 'project',
    subject: projectId,
    key: projectId,
    data: { ...data, version: null },
  });
  return { event: event as unknown as Json, eventId: event.id };
}
