import { openMongoDocuments } from '@vibecode/platform/documents/mongo.documents';
import { newId } from '@vibecode/platform/id';
import { startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startProject } from '../src/main.ts';
import { describeProject } from './project.contract.ts';

describeProject('MongoDB', () => {
  const url = process.env.MONGODB_URL;
  if (!url) throw new Error('MONGODB_URL is missing: integration tests need a MongoDB server.');
  const database = `test_project_${newId().slice(-12)}`;
  return startSubgraphTest('project', (infrastructure) =>
    startProject({ ...infrastructure, documents: () => openMongoDocuments({ url, database }) }),
  );
});
