import { startTestDatabase } from '@vibecode/platform/testing/database';
import { describeOutages } from './generation.outage.contract.ts';

describeOutages('PGlite', { startDatabase: startTestDatabase, outageMs: 2_000 });
