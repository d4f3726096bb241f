import { createTestDatabase } from '../../src/testing/database.ts';
import { describeJobProperties } from './job.property.contract.ts';

describeJobProperties('PostgreSQL', createTestDatabase);
