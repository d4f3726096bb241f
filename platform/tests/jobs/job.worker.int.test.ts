import { createTestDatabase } from '../../src/testing/database.ts';
import { describeJobWorker } from './job.worker.contract.ts';

describeJobWorker('PostgreSQL', createTestDatabase);
