import { startTestDatabase } from '@vibecode/platform/testing/database';
import { describeAuth } from './auth.contract.ts';

describeAuth('the auth subgraph on embedded PostgreSQL', startTestDatabase);
