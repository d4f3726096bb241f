import { startTestDatabase } from '../../src/testing/database.ts';
import { describeJobCosts } from './job.cost.contract.ts';

describeJobCosts('PGlite', startTestDatabase);
