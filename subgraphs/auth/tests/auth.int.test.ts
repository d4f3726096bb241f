import { createTestDatabase } from '@vibecode/platform/testing/database';
import { describeAuth } from './auth.contract.ts';

describeAuth('the auth subgraph on PostgreSQL', createTestDatabase);
