import { startTestDatabase } from '../../src/testing/database.ts';
import { describeJobProperties } from './job.property.contract.ts';

describeJobProperties('PGlite', startTestDatabase);
