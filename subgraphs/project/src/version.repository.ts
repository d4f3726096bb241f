import type { DocumentCollection, Documents, Filter, Json } from '@vibecode/platform/documents/documents';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { PathChange } from './changeset.ts';
import { FileTree, type FolderNode } from './file.tree.ts';
import type { Project } from './project.entity.ts';
import type { ProvenanceRecord } from './project.input.ts';
import { Version } from './version.entity.ts';

/** One version of one project, with the hashes of all its files. */
export interface VersionDocument {
  readonly _id: string;
  readonly projectId: string;
  readonly number: number;
  readonly message: string;
  readonly createdAt: string;
  readonly authorId: string;
  readonly changes: readonly PathChange[];
  /** Locked paths whose changes were left out. Missing in versions from before there were locks. */
  readonly leftAlone?: readonly string[];
  readonly provenance: ProvenanceRecord | null;
  readonly idempotencyKey: string | null;
  readonly requestSha256: string | null;
  readonly tree: FolderNode;
  /**
   * Whether the version is confirmed as part of the project. The document is written before the project's head moves to it, so
   * that it may be left over from a failed attempt. The version is part of the project if it is the head, or if this is true. It is
   * set at the latest before the next version is begun.
   */
  readonly committed: boolean;
  /** The event about the version until it is published. */
  readonly event: Json;
  readonly published: boolean;
}

/** All fields except the files and the event. */
const LISTED_FIELDS = [
  'projectId',
  'number',
  'message',
  'createdAt',
  'authorId',
  'changes',
  'leftAlone',
  'provenance',
  'requestSha256',
  'committed',
] as const;

type VersionFields = Pick<VersionDocument, '_id' | (typeof LISTED_FIELDS)[number]>;

const NEWEST_FIRST = [{ field: 'number', direction: 'descending' }] as const;
const OLDEST_FIRST = [{ field: 'number', direction: 'ascending' }] as const;

/** Versions. The rights to a project apply to its versions: methods require the project as a proof of access. */
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

  /** Finds versions, committed or not. Whether they are part of their project depends on the project (see `isPartOf`). */
  async findByIds(ids: readonly string[]): Promise<Map<string, Version>> {
    const found = await this.#versions.findFields({ _id: { in: ids } }, LISTED_FIELDS);
    return new Map(found.map((document) => [document._id, toVersion(document)]));
  }

  async findByNumber(project: Project, number: number): Promise<Version | null> {
    return this.#findPart(project, { projectId: project.id, number });
  }

  async findByKey(project: Project, idempotencyKey: string): Promise<Version | null> {
    return this.#findPart(project, { projectId: project.id, idempotencyKey });
  }

  /** Finds versions with numbers less than `beforeNumber`, newest first. */
  async findPage(project: Project, beforeNumber: number, limit: number): Promise<Version[]> {
    return this.#findParts(project, { lt: beforeNumber, lte: project.headNumber }, NEWEST_FIRST, limit);
  }

  /** Finds versions with numbers greater than `afterNumber`, oldest first. */
  async findAfter(project: Project, afterNumber: number, limit: number): Promise<Version[]> {
    return this.#findParts(project, { gt: afterNumber, lte: project.headNumber }, OLDEST_FIRST, limit);
  }

  /** @returns null if the version does not exist */
  async findTree(id: string): Promise<FileTree | null> {
    return (await this.findTrees([id])).get(id) ?? null;
  }

  /** @returns the trees by version id */
  async findTrees(ids: readonly string[]): Promise<Map<string, FileTree>> {
    const found = await this.#versions.findFields({ _id: { in: [...ids] } }, ['tree']);
    return new Map(found.map(({ _id, tree }) => [_id, FileTree.fromNode(tree)]));
  }

  async insert(document: VersionDocument): Promise<Version> {
    if (!(await this.#versions.insertOne(document)))
      throw new Error(`A version with the id ${document._id} already exists.`);
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

  /** Finds unconfirmed versions that were begun before a time. */
  async findUnconfirmed(before: Date, limit: number): Promise<Version[]> {
    const filter: Filter<VersionDocument> = { committed: false, createdAt: { lt: before.toISOString() } };
    return (await this.#versions.findFields(filter, LISTED_FIELDS, { limit })).map(toVersion);
  }

  /** Hashes of the contents that the project's confirmed versions use. */
  async findUsedContents(projectId: string): Promise<Set<string>> {
    const used = new Set<string>();
    for (let after = -1; ; ) {
      const page = await this.#versions.findFields(
        { projectId, committed: true, number: { gt: after } },
        ['number', 'tree'],
        {
          sort: OLDEST_FIRST,
          limit: 50,
        },
      );
      for (const { tree } of page) for (const [, file] of FileTree.fromNode(tree).entries()) used.add(file.sha256);
      if (page.length === 0) return used;
      after = page.at(-1)!.number;
    }
  }

  /** Finds unpublished events of confirmed versions; within a project, the oldest version first. */
  async findEvents(limit: number): Promise<{ versionId: string; event: Envelope }[]> {
    const found = await this.#versions.findFields({ published: false, committed: true }, ['event'], {
      sort: [{ field: 'projectId', direction: 'ascending' }, ...OLDEST_FIRST],
      limit,
    });
    return found.map(({ _id, event }) => ({ versionId: _id, event: event as unknown as Envelope }));
  }

  async markPublished(id: string): Promise<void> {
    await this.#versions.updateOne({ _id: id }, { published: true, event: null });
  }

  async #findPart(project: Project, filter: Filter<VersionDocument>): Promise<Version | null> {
    const found = (await this.#versions.findFields(filter, LISTED_FIELDS)).map(toVersion);
    return found.find((version) => isPartOf(project, version)) ?? null;
  }

  async #findParts(
    project: Project,
    number: { lt?: number; lte?: number; gt?: number },
    sort: typeof NEWEST_FIRST | typeof OLDEST_FIRST,
    limit: number,
  ): Promise<Version[]> {
    // The head may be unconfirmed for a moment, and leftover versions may have its number. It is therefore selected by its id.
    const beforeHead = { ...number, lte: Math.min(number.lte ?? Number.MAX_SAFE_INTEGER, project.headNumber - 1) };
    const [older, head] = await Promise.all([
      this.#versions.findFields({ projectId: project.id, committed: true, number: beforeHead }, LISTED_FIELDS, {
        sort,
        limit,
      }),
      this.#versions.findFields({ _id: project.headId, number }, LISTED_FIELDS),
    ]);
    const versions = (sort === NEWEST_FIRST ? [...head, ...older] : [...older, ...head]).map(toVersion);
    return versions.slice(0, limit);
  }
}

/** Whether a version is part of a project. Leftovers of failed attempts are not. */
export function isPartOf(project: Project, version: Version): boolean {
  if (version.projectId !== project.id) return false;
  return version.id === project.headId || (version.committed && version.number < project.headNumber);
}

function toVersion(document: VersionFields): Version {
  const { _id, projectId, number, message, createdAt, authorId, changes, leftAlone } = document;
  const { provenance, requestSha256, committed } = document;
  return Object.assign(new Version(), {
    id: _id,
    number,
    message,
    createdAt: new Date(createdAt),
    projectId,
    authorId,
    pathChanges: changes,
    leftAlone: leftAlone ?? [],
    provenanceRecord: provenance,
    requestSha256,
    committed,
  });
}
