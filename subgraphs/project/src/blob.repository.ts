import type { DocumentCollection, Documents } from '@vibecode/platform/documents/documents';
import { isText } from '@vibecode/platform/files/unified.diff';

/** The content of a file, stored once for each project and hash. */
interface BlobDocument {
  /** `<project id>/<sha256>` */
  readonly _id: string;
  readonly projectId: string;
  readonly encoding: 'utf8' | 'base64';
  readonly content: string;
  /** Time of the last store or repeated store. The sweeper keeps recently touched contents. */
  readonly touchedAt: string;
}

const CONCURRENT_WRITES = 8;

/** Contents of files. The rights to a version apply to its contents. */
export class BlobRepository {
  readonly #blobs: DocumentCollection<BlobDocument>;

  constructor(documents: Documents) {
    this.#blobs = documents.collection<BlobDocument>('blobs');
  }

  async createIndexes(): Promise<void> {
    await this.#blobs.createIndex(['projectId']);
  }

  /** @param ids results of `toBlobId`. @returns the contents in the order of the ids; null for each missing one */
  async find(ids: readonly string[]): Promise<(Buffer | null)[]> {
    const found = await this.#blobs.find({ _id: { in: ids } });
    const byId = new Map(found.map(({ _id, content, encoding }) => [_id, Buffer.from(content, encoding)]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  /** Stores contents. They stay at least for the time for which the sweeper keeps touched contents. */
  async store(projectId: string, contents: ReadonlyMap<string, Buffer>, now: Date): Promise<void> {
    const waiting = contents.entries();
    const work = async () => {
      for (const [sha256, content] of waiting) await this.#put(projectId, sha256, content, now.toISOString());
    };
    await Promise.all(Array.from({ length: CONCURRENT_WRITES }, work));
  }

  /** Deletes contents that were not touched since a time. */
  async sweep(projectId: string, sha256s: Iterable<string>, touchedBefore: Date): Promise<void> {
    for (const sha256 of sha256s) {
      await this.#blobs.deleteOne({ _id: toBlobId(projectId, sha256), touchedAt: { lt: touchedBefore.toISOString() } });
    }
  }

  async deleteByProject(projectId: string): Promise<void> {
    await this.#blobs.deleteMany({ projectId });
  }

  async #put(projectId: string, sha256: string, bytes: Buffer, touchedAt: string): Promise<void> {
    const _id = toBlobId(projectId, sha256);
    const encoding = isText(bytes) ? 'utf8' : 'base64';
    const blob: BlobDocument = { _id, projectId, encoding, content: bytes.toString(encoding), touchedAt };
    // The sweeper may delete it between the two steps. Then it is inserted again.
    while (!(await this.#blobs.insertOne(blob))) {
      if (await this.#blobs.updateOne({ _id }, { touchedAt })) return;
    }
  }
}

export function toBlobId(projectId: string, sha256: string): string {
  return `${projectId}/${sha256}`;
}
