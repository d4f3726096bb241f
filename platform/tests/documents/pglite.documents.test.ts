import { openPgliteDocuments } from '../../src/documents/pglite.documents.ts';
import { startTestDatabase } from '../../src/testing/database.ts';
import { describeDocuments } from './documents.contract.ts';

describeDocuments('pglite', async () => {
  const database = await startTestDatabase();
  const documents = await openPgliteDocuments({ url: database.url, schema: 'project' });
  return {
    collection: (name) => documents.collection(name),
    async [Symbol.asyncDispose]() {
      await documents[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
});
