import type { DocumentCollection, Documents, StoredDocument } from '@vibecode/platform/documents/documents';
import { openPgliteDocuments } from '@vibecode/platform/documents/pglite.documents';
import { newId } from '@vibecode/platform/id';
import type { Viewer } from '@vibecode/platform/identity';
import { createLog } from '@vibecode/platform/log';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import * as fc from '@vibecode/platform/testing/property';
import type { Envelope } from '@vibecode/schema/events/envelope';
import { BlobRepository, toBlobId } from '../src/blob.repository.ts';
import { ChangesetService, LEFTOVER_AGE_MS } from '../src/changeset.service.ts';
import { type Change, type ProjectLimits, toSha256 } from '../src/changeset.ts';
import { startProjectRelay } from '../src/project.relay.ts';
import { ProjectRepository } from '../src/project.repository.ts';
import { ProjectService, type ProjectStores } from '../src/project.service.ts';
import { sweep } from '../src/project.sweeper.ts';
import { VersionRepository } from '../src/version.repository.ts';
import { anyChange, write } from './changeset.fixture.ts';

const limits: ProjectLimits = { files: 10, fileBytes: 1_000, totalBytes: 10_000 };
const silent = createLog({ service: 'test', level: 'silent' });

class Crash extends Error {}

/** Documents of a process that dies at one of its writes: before it, or after it and before anybody learns that. */
class MortalDocuments {
  #writesLeft = Number.POSITIVE_INFINITY;
  #after = false;

  constructor(readonly documents: Documents) {}

  dieAt(write: number, after: boolean): void {
    this.#writesLeft = write;
    this.#after = after;
  }

  collection<T extends StoredDocument>(name: string): DocumentCollection<T> {
    const writes = new Set(['insertOne', 'replaceOne', 'updateOne', 'deleteOne', 'deleteMany']);
    return new Proxy(this.documents.collection<T>(name), {
      get: (collection, property) => {
        const method = Reflect.get(collection, property) as (...given: unknown[]) => Promise<unknown>;
        return async (...given: unknown[]) => {
          if (this.#writesLeft < 0) throw new Crash();
          const fatal = writes.has(String(property)) && this.#writesLeft-- === 0;
          if (fatal && !this.#after) throw new Crash();
          const result = await method.apply(collection, given);
          if (fatal) throw new Crash();
          return result;
        };
      },
    });
  }
}

function toStores(documents: Pick<Documents, 'collection'>): ProjectStores {
  const all = documents as Documents;
  return { projects: new ProjectRepository(all), versions: new VersionRepository(all), blobs: new BlobRepository(all) };
}

function toServices(stores: ProjectStores) {
  const announcer = { announce: () => undefined };
  const projects = new ProjectService(stores, announcer);
  return { projects, changesets: new ChangesetService(stores, projects, announcer, limits) };
}

const viewer: Viewer = {
  userId: newId(),
  sessionId: null,
  scopes: ['project:read', 'project:write'],
  role: 'USER',
  tokenBudget: null,
  actor: null,
  token: '',
  expiresAt: new Date(8.64e15),
};

function toChangeset(projectId: string, changes: readonly Change[], idempotencyKey = newId()) {
  const own = { provenance: null, keepsLocks: false, merge: false };
  return { projectId, baseVersion: null, message: 'Change', changes, idempotencyKey, ...own };
}

describe('a process that dies in the middle', () => {
  let close: () => Promise<void>;
  let documents: Documents;
  beforeAll(async () => {
    const database = await startTestDatabase();
    documents = await openPgliteDocuments({ url: database.url, schema: 'project' });
    close = async () => {
      await documents[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    };
  });
  afterAll(() => close());

  /** Every version's files by path, each read from its content. @throws when any is missing */
  async function readHistory(projectId: string): Promise<Record<string, string>[]> {
    const stores = toStores(documents);
    const [project] = await stores.projects.findVisible(viewer, [projectId]);
    const history: Record<string, string>[] = [];
    for (let number = 0; number <= project!.headNumber; number++) {
      const version = await stores.versions.findByNumber(project!, number);
      const entries = (await stores.versions.findTree(version!.id))!.entries();
      const contents = await stores.blobs.find(entries.map(([, { sha256 }]) => toBlobId(projectId, sha256)));
      for (const [index, [, { sha256 }]] of entries.entries()) expect(toSha256(contents[index]!)).toBe(sha256);
      history.push(Object.fromEntries(entries.map(([path], index) => [path, `${contents[index]}`])));
    }
    return history;
  }

  it('has made all of a version or nothing of it, and the same request finishes it once', async () => {
    const sets = fc.array(fc.array(anyChange, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(sets, fc.nat(8), fc.boolean(), async (earlier, dyingWrite, after) => {
        const alive = toServices(toStores(documents));
        const { id } = await alive.projects.create(viewer, { name: 'Project' });
        for (const changes of earlier) await alive.changesets.apply(viewer, toChangeset(id, changes)).catch(() => null);
        const before = await readHistory(id);

        const mortal = new MortalDocuments(documents);
        const dying = toServices(toStores(mortal));
        const changeset = toChangeset(id, [write('new/1', 'one'), write('new/2', newId())]);
        mortal.dieAt(dyingWrite, after);
        const outcome = await dying.changesets.apply(viewer, changeset).catch((error) => error);

        const now = await readHistory(id);
        expect(now.slice(0, before.length)).toEqual(before);
        expect(now.length - before.length).toBeLessThanOrEqual(1);
        if (!(outcome instanceof Crash)) expect(now).toHaveLength(before.length + 1);

        const version = await alive.changesets.apply(viewer, changeset);
        const later = new Date(Date.now() + 2 * LEFTOVER_AGE_MS);
        await sweep(toStores(documents), later);
        await sweep(toStores(documents), later);
        const final = await readHistory(id);
        expect(final).toHaveLength(before.length + 1);
        expect(version.number).toBe(before.length);
        expect(final.at(-1)).toMatchObject({ 'new/1': 'one' });

        const versions = await documents
          .collection<StoredDocument & { projectId: string }>('versions')
          .find({ projectId: id });
        expect(versions).toHaveLength(final.length);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves nothing of a deleted project, and no content that no version has', async () => {
    const stores = toStores(documents);
    const { projects, changesets } = toServices(stores);
    const count = async (projectId: string) =>
      Promise.all(
        ['versions', 'blobs'].map((name) =>
          documents.collection<StoredDocument & { projectId: string }>(name).countDocuments({ projectId }),
        ),
      );
    const { id } = await projects.create(viewer, { name: 'Project' });
    await changesets.apply(viewer, toChangeset(id, [write('a', 'kept')]));
    const mortal = new MortalDocuments(documents);
    const dying = toServices(toStores(mortal));
    mortal.dieAt(4, false);
    const lost = toChangeset(id, [write('a', 'kept'), write('b', 'lost')]);
    await expect(dying.changesets.apply(viewer, lost)).rejects.toThrow(Crash);
    expect(await count(id)).toEqual([3, 2]);
    await sweep(stores, new Date());
    expect(await count(id)).toEqual([3, 2]);
    await sweep(stores, new Date(Date.now() + 2 * LEFTOVER_AGE_MS));
    expect(await count(id)).toEqual([2, 1]);

    await projects.delete(viewer, id);
    await sweep(stores, new Date());
    // Not before it is published that it was deleted.
    expect(await count(id)).toEqual([2, 1]);
    await using relay = startProjectRelay({ stores, bus: { publish: async () => undefined } as never, log: silent });
    await relay.publish();
    await sweep(stores, new Date());
    expect(await count(id)).toEqual([0, 0]);
    expect(await documents.collection('projects').findOne({ _id: id })).toBeNull();
  });

  it('publishes after the restart what it had not, and nothing that did not come to be', async () => {
    const stores = toStores(documents);
    const { projects, changesets } = toServices(stores);
    const { id } = await projects.create(viewer, { name: 'Project' });
    await changesets.apply(viewer, toChangeset(id, [write('a', '1')]));
    const mortal = new MortalDocuments(documents);
    const dying = toServices(toStores(mortal));
    // The parent is confirmed (0), the version inserted (1), its content stored (2), and then the head moves (3).
    mortal.dieAt(2, true);
    await expect(dying.changesets.apply(viewer, toChangeset(id, [write('a', 'never')]))).rejects.toThrow(Crash);
    mortal.dieAt(3, true);
    await expect(dying.changesets.apply(viewer, toChangeset(id, [write('a', '2')]))).rejects.toThrow(Crash);

    const published: Envelope[] = [];
    const numbers = () => published.map(({ data }) => (data as { version: number | null }).version);
    const caughtUp = Promise.withResolvers<void>();
    let failures = 2;
    const bus = {
      publish: async (events: readonly Envelope[]) => {
        if (failures-- > 0) throw new Error('The bus is down.');
        published.push(...events.filter(({ subject }) => subject === id));
        if (numbers().includes(2)) caughtUp.resolve();
      },
    };
    const now = () => new Date(Date.now() + 60_000);
    await using relay = startProjectRelay({ stores, bus: bus as never, log: silent, pollIntervalMs: 5, now });
    await caughtUp.promise;
    await relay.publish();
    expect(numbers().filter((number) => number !== null)).toEqual([1, 2]);
    expect(numbers()).toContain(null);
    const count = published.length;
    await relay.publish();
    expect(published).toHaveLength(count);
  });
});
