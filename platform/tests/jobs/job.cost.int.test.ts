import { createTestDatabase } from '../../src/testing/database.ts';
import { describeJobCosts } from './job.cost.contract.ts';

describeJobCosts('PostgreSQL', createTestDatabase);
