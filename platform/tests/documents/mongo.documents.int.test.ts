import { createTestMongo } from '../../src/testing/documents.ts';
import { describeDocuments } from './documents.contract.ts';

describeDocuments('mongo', async () => {
  const mongo = createTestMongo();
  const documents = await mongo.open();
  return {
    collection: (name) => documents.collection(name),
    async [Symbol.asyncDispose]() {
      await documents[Symbol.asyncDispose]();
      await mongo[Symbol.asyncDispose]();
    },
  };
});
