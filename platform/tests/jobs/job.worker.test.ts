import { startTestDatabase } from '../../src/testing/database.ts';
import { describeJobWorker } from './job.worker.contract.ts';

describeJobWorker('PGlite', startTestDatabase);
