import { createTestDatabase } from '@vibecode/platform/testing/database';
import { describeBilling } from './billing.contract.ts';

describeBilling('PostgreSQL', createTestDatabase, 1_000);
