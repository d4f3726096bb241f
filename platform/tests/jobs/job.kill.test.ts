import { startTestDatabase } from '../../src/testing/database.ts';
import { describeJobKill } from './job.kill.contract.ts';

describeJobKill('PGlite', startTestDatabase);
