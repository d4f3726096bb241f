import { createTestDatabase } from '../../src/testing/database.ts';
import { describeJobKill } from './job.kill.contract.ts';

describeJobKill('PostgreSQL', createTestDatabase);
