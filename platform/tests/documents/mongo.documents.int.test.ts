import { openMongoDocuments } from '../../src/documents/mongo.documents.ts';
import { newId } from '../../src/id.ts';
import { describeDocuments } from './documents.contract.ts';

describeDocuments('mongo', async () => {
  const url = process.env.MONGODB_URL;
  if (!url) throw new Error('MONGODB_URL is missing: integration tests need a MongoDB server.');
  return openMongoDocuments({ url, database: `test_${newId().slice(-12)}` });
});
