import { createTestDatabase } from '../../src/testing/database.ts';
import { describeJobQueue } from './job.queue.contract.ts';

describeJobQueue('PostgreSQL', createTestDatabase);
