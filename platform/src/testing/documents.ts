import { MongoClient } from 'mongodb';
import type { Documents } from '../documents/documents.ts';
import { openMongoDocuments } from '../documents/mongo.documents.ts';
import { newId } from '../id.ts';

/** A database that is gone when the test is. */
export interface TestMongo extends AsyncDisposable {
  /** One more connection to it, as another instance of a service has. */
  open(): Promise<Documents>;
}

/**
 * A database of its own on the MongoDB server that `MONGODB_URL` names: for `.int.test.ts`.
 *
 * @throws Error when `MONGODB_URL` is missing
 */
export function createTestMongo(): TestMongo {
  const url = process.env.MONGODB_URL;
  if (!url) throw new Error('MONGODB_URL is missing: integration tests need a MongoDB server.');
  const database = `test_${newId().replaceAll('-', '')}`;
  return {
    open: () => openMongoDocuments({ url, database }),
    async [Symbol.asyncDispose]() {
      const client = new MongoClient(url);
      try {
        await client.db(database).dropDatabase();
      } finally {
        await client.close();
      }
    },
  };
}
