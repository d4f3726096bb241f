import type { DocumentCollection, Documents, Filter, Json } from '@vibecode/platform/documents/documents';
import { isUuid } from '@vibecode/platform/id';
import type { Viewer } from '@vibecode/platform/identity';
import type { Envelope } from '@vibecode/schema/events/envelope';
import { type MemberRecord, MemberRole, Project } from './project.entity.ts';

/** The document of one project. Its files are in its versions. */
export interface ProjectDocument {
  readonly _id: string;
  readonly ownerId: string;
  readonly members: readonly { readonly userId: string; readonly role: string }[];
  /** Ids of the members, with the owner, for lists of projects. */
  readonly memberIds: readonly string[];
  readonly name: string;
  /** The name in lower case, for searches. */
  readonly searchName: string;
  readonly description: string | null;
  readonly language: string | null;
  readonly framework: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly headId: string;
  readonly headNumber: number;
  readonly revision: number;
  /** Missing in projects from before there were locks. */
  readonly lockedPaths?: readonly string[];
  /** Set for a deleted project, which is invisible for all users. Its versions and contents are removed later. */
  readonly deletedAt: string | null;
  /**
   * The event about a change of the project's own fields, or about its deletion, until it is published. A later change replaces it,
   * because the event states only that there was a change.
   */
  readonly event: Json;
  readonly eventId: string | null;
}

type Changes = Partial<Omit<ProjectDocument, '_id' | 'revision'>>;

/** Projects. Reads require the viewer and return only projects that the viewer may see. */
export class ProjectRepository {
  readonly #projects: DocumentCollection<ProjectDocument>;

  constructor(documents: Documents) {
    this.#projects = documents.collection<ProjectDocument>('projects');
  }

  async createIndexes(): Promise<void> {
    await this.#projects.createIndex(['memberIds', '_id']);
    await this.#projects.createIndex(['eventId']);
    await this.#projects.createIndex(['deletedAt']);
  }

  /** @returns the projects in the order of the ids; null for each one that is missing or not visible to the viewer */
  async findVisible(viewer: Viewer | null, ids: readonly string[]): Promise<(Project | null)[]> {
    if (!viewer) return ids.map(() => null);
    const found = await this.#projects.find({ _id: { in: ids.filter(isUuid) }, deletedAt: null });
    const byId = new Map(found.map((document) => [document._id, toProject(document)]));
    return ids.map((id) => {
      const project = byId.get(id);
      return project && (viewer.role === 'ADMIN' || project.roleOf(viewer.userId)) ? project : null;
    });
  }

  /** Finds a member's projects, newest first. */
  async findByMember(
    userId: string,
    { search, afterId, limit }: { search: string | null; afterId: string | null; limit: number },
  ): Promise<{ projects: Project[]; totalCount: number }> {
    const filter: Filter<ProjectDocument> = {
      memberIds: { has: userId },
      deletedAt: null,
      ...(search && { searchName: { includes: search.toLowerCase() } }),
    };
    const page = afterId === null ? filter : { ...filter, _id: { lt: afterId } };
    const [documents, totalCount] = await Promise.all([
      this.#projects.find(page, { sort: [{ field: '_id', direction: 'descending' }], limit }),
      this.#projects.countDocuments(filter),
    ]);
    return { projects: documents.map(toProject), totalCount };
  }

  async insert(document: ProjectDocument): Promise<Project> {
    if (!(await this.#projects.insertOne(document)))
      throw new Error(`A project with the id ${document._id} already exists.`);
    return toProject(document);
  }

  /** @returns the changed project; null, without a change, if the project has changed since it was read */
  async change(project: Project, changes: Changes): Promise<Project | null> {
    const { id: _id, revision } = project;
    const set = { ...changes, revision: revision + 1 };
    if (!(await this.#projects.updateOne({ _id, revision, deletedAt: null }, set))) return null;
    const document = await this.#projects.findOne({ _id });
    return document && toProject(document);
  }

  /** @returns false, without a change, if the project has changed since it was read */
  async delete({ id: _id, revision }: Project, deletion: Pick<ProjectDocument, 'deletedAt' | 'event' | 'eventId'>) {
    return this.#projects.updateOne({ _id, revision, deletedAt: null }, { ...deletion, revision: revision + 1 });
  }

  /** Finds the head of any project, for the sweeper, which compares versions with it. @returns null if the project is missing or deleted */
  async findHead(id: string): Promise<Pick<ProjectDocument, '_id' | 'headId' | 'headNumber'> | null> {
    const [head] = await this.#projects.findFields({ _id: id, deletedAt: null }, ['headId', 'headNumber']);
    return head ?? null;
  }

  /** Finds deleted projects whose deletion has been published. */
  async findDeleted(limit: number): Promise<string[]> {
    const found = await this.#projects.findFields({ deletedAt: { gt: '' }, eventId: null }, [], { limit });
    return found.map(({ _id }) => _id);
  }

  async purge(id: string): Promise<void> {
    await this.#projects.deleteMany({ _id: id, deletedAt: { gt: '' } });
  }

  async findEvents(limit: number): Promise<{ projectId: string; event: Envelope }[]> {
    const found = await this.#projects.findFields({ eventId: { gt: '' } }, ['event'], { limit });
    return found.map(({ _id, event }) => ({ projectId: _id, event: event as unknown as Envelope }));
  }

  /** Removes a published event. A later event that replaced it stays. */
  async markPublished(projectId: string, eventId: string): Promise<void> {
    await this.#projects.updateOne({ _id: projectId, eventId }, { event: null, eventId: null });
  }
}

function toProject(document: ProjectDocument): Project {
  const { _id, members, createdAt, updatedAt, ownerId, name, description, language, framework } = document;
  const { headId, headNumber, revision, lockedPaths } = document;
  return Object.assign(new Project(), {
    id: _id,
    name,
    description,
    language,
    framework,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    ownerId,
    memberRecords: members.map(({ userId, role }): MemberRecord => ({ userId, role: MemberRole[role as MemberRole] })),
    headId,
    headNumber,
    revision,
    lockedPaths: lockedPaths ?? [],
  });
}
