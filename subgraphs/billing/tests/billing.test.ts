import { startTestDatabase } from '@vibecode/platform/testing/database';
import { describeBilling } from './billing.contract.ts';

describeBilling('PGlite', startTestDatabase, 60);
