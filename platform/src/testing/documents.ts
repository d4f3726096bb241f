import { MongoClient } from 'mongodb';
import type { Documents } from '../documents/documents.ts';
import { openMongoDocuments } from '../documents/mongo.documents.ts';
import { newId } from '../id.ts';

/** A database that is removed after the test. */
export interface TestMongo extends AsyncDisposable {
  /** Opens a further connection, like another instance of a service. */
  open(): Promise<Documents>;
}

/**
 * Creates a database on the MongoDB server of `MONGODB_URL`, for `.int.test.ts`.
 *
 * @throws Error if `MONGODB_URL` is missing
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
