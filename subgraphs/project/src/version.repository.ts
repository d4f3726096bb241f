import type { DocumentCollection, Documents, Filter, Json } from '@vibecode/platform/documents/documents';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { PathChange } from './changeset.ts';
import { FileTree, type FolderNode } from './file.tree.ts';
import type { Project } from './project.entity.ts';
import type { ProvenanceRecord } from './project.input.ts';
import { Version } from './version.entity.ts';

/** One version of one project, with all its files by hash. */
export interface VersionDocument {
  readonly _id: string;
  readonly projectId: string;
  readonly number: number;
  readonly message: string;
  readonly createdAt: string;
  readonly authorId: string;
  readonly changes: readonly PathChange[];
  readonly provenance: ProvenanceRecord | null;
  readonly idempotencyKey: string | null;
  readonly requestSha256: string | null;
  readonly tree: FolderNode;
  /**
   * Written before the project's head moves to it, so it may be left over from an attempt that lost or crashed. It is part
   * of the project when it is the head, or this says so; before the next version is begun, it does.
   */
  readonly committed: boolean;
  /** Tells that there is the version, and whether that still has to be published. */
  readonly event: Json;
  readonly published: boolean;
}

/** All but the files and the event. */
const fields = [
  'projectId',
  'number',
  'message',
  'createdAt',
  'authorId',
  'changes',
  'provenance',
  'requestSha256',
  'committed',
] as const;

type VersionFields = Pick<VersionDocument, '_id' | (typeof fields)[number]>;

const newestFirst = [{ field: 'number', direction: 'descending' }] as const;
const oldestFirst = [{ field: 'number', direction: 'ascending' }] as const;

/** Versions. Who may see them is settled by who may see the project, which the caller has to show. */
export class VersionRepository {
  readonly #versions: DocumentCollection<VersionDocument>;

  constructor(documents: Documents) {
    this.#versions = documents.collection<VersionDocument>('versions');
  }

  async createIndexes(): Promise<void> {
    await this.#versions.createIndex(['projectId', 'number']);
    await this.#versions.createIndex(['projectId', 'idempotencyKey']);
    await this.#versions.createIndex(['published']);
    await this.#versions.createIndex(['committed']);
  }

  /** Committed or not: only with the project can it be told whether they count (see `isPartOf`). */
  async findByIds(ids: readonly string[]): Promise<Map<string, Version>> {
    const found = await this.#versions.findFields({ _id: { in: ids } }, fields);
    return new Map(found.map((document) => [document._id, toVersion(document)]));
  }

  async findByNumber(project: Project, number: number): Promise<Version | null> {
    return this.#findPart(project, { projectId: project.id, number });
  }

  async findByKey(project: Project, idempotencyKey: string): Promise<Version | null> {
    return this.#findPart(project, { projectId: project.id, idempotencyKey });
  }

  /** Newest first, with numbers less than `beforeNumber`. */
  async findPage(project: Project, beforeNumber: number, limit: number): Promise<Version[]> {
    return this.#findParts(project, { lt: beforeNumber, lte: project.headNumber }, newestFirst, limit);
  }

  /** Oldest first, with numbers greater than `afterNumber`. */
  async findAfter(project: Project, afterNumber: number, limit: number): Promise<Version[]> {
    return this.#findParts(project, { gt: afterNumber, lte: project.headNumber }, oldestFirst, limit);
  }

  /** Null when there is no such version. */
  async findTree(id: string): Promise<FileTree | null> {
    return (await this.findTrees([id])).get(id) ?? null;
  }

  /** By version id. */
  async findTrees(ids: readonly string[]): Promise<Map<string, FileTree>> {
    const found = await this.#versions.findFields({ _id: { in: [...ids] } }, ['tree']);
    return new Map(found.map(({ _id, tree }) => [_id, FileTree.fromNode(tree)]));
  }

  async insert(document: VersionDocument): Promise<Version> {
    if (!(await this.#versions.insertOne(document))) throw new Error(`The version id ${document._id} is taken.`);
    return toVersion(document);
  }

  async confirm(id: string): Promise<void> {
    await this.#versions.updateOne({ _id: id, committed: false }, { committed: true });
  }

  async delete(id: string): Promise<void> {
    await this.#versions.deleteOne({ _id: id });
  }

  async deleteByProject(projectId: string): Promise<void> {
    await this.#versions.deleteMany({ projectId });
  }

  /** Not confirmed, and begun before that time. */
  async findUnconfirmed(before: Date, limit: number): Promise<Version[]> {
    const filter: Filter<VersionDocument> = { committed: false, createdAt: { lt: before.toISOString() } };
    return (await this.#versions.findFields(filter, fields, { limit })).map(toVersion);
  }

  /** Contents that any confirmed version of the project has. */
  async findUsedContents(projectId: string): Promise<Set<string>> {
    const used = new Set<string>();
    for (let after = -1; ; ) {
      const page = await this.#versions.findFields(
        { projectId, committed: true, number: { gt: after } },
        ['number', 'tree'],
        {
          sort: oldestFirst,
          limit: 50,
        },
      );
      for (const { tree } of page) for (const [, file] of FileTree.fromNode(tree).entries()) used.add(file.sha256);
      if (page.length === 0) return used;
      after = page.at(-1)!.number;
    }
  }

  /** Unpublished events, oldest version first within a project. Those of versions that never counted are not among them. */
  async findEvents(limit: number): Promise<{ versionId: string; event: Envelope }[]> {
    const found = await this.#versions.findFields({ published: false, committed: true }, ['event'], {
      sort: [{ field: 'projectId', direction: 'ascending' }, ...oldestFirst],
      limit,
    });
    return found.map(({ _id, event }) => ({ versionId: _id, event: event as unknown as Envelope }));
  }

  async markPublished(id: string): Promise<void> {
    await this.#versions.updateOne({ _id: id }, { published: true, event: null });
  }

  async #findPart(project: Project, filter: Filter<VersionDocument>): Promise<Version | null> {
    const found = (await this.#versions.findFields(filter, fields)).map(toVersion);
    return found.find((version) => isPartOf(project, version)) ?? null;
  }

  async #findParts(
    project: Project,
    number: { lt?: number; lte?: number; gt?: number },
    sort: typeof newestFirst | typeof oldestFirst,
    limit: number,
  ): Promise<Version[]> {
    // The head may be unconfirmed for a moment, and leftovers may have its number: it is asked for by its id.
    const beforeHead = { ...number, lte: Math.min(number.lte ?? Number.MAX_SAFE_INTEGER, project.headNumber - 1) };
    const [older, head] = await Promise.all([
      this.#versions.findFields({ projectId: project.id, committed: true, number: beforeHead }, fields, {
        sort,
        limit,
      }),
      this.#versions.findFields({ _id: project.headId, number }, fields),
    ]);
    const versions = (sort === newestFirst ? [...head, ...older] : [...older, ...head]).map(toVersion);
    return versions.slice(0, limit);
  }
}

/** Leftovers of attempts that lost or crashed are not. */
export function isPartOf(project: Project, version: Version): boolean {
  if (version.projectId !== project.id) return false;
  return version.id === project.headId || (version.committed && version.number < project.headNumber);
}

function toVersion(document: VersionFields): Version {
  const { _id, projectId, number, message, createdAt, authorId, changes, provenance, requestSha256, committed } =
    document;
  return Object.assign(new Version(), {
    id: _id,
    number,
    message,
    createdAt: new Date(createdAt),
    projectId,
    authorId,
    pathChanges: changes,
    provenanceRecord: provenance,
    requestSha256,
    committed,
  });
}
