import { startTestDatabase } from '../../src/testing/database.ts';
import { describeJobQueue } from './job.queue.contract.ts';

describeJobQueue('PGlite', startTestDatabase);
