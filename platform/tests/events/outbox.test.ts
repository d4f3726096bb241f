import { startTestDatabase } from '../../src/testing/database.ts';
import { describeOutbox } from './outbox.contract.ts';

describeOutbox('PGlite', startTestDatabase);
