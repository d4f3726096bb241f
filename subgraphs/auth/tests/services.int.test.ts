import { createTestDatabase } from '@vibecode/platform/testing/database';
import { describeServices } from './services.contract.ts';

describeServices('auth on PostgreSQL', createTestDatabase);
