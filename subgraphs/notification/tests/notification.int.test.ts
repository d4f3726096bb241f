import { createTestDatabase } from '@vibecode/platform/testing/database';
import { describeNotifications } from './notification.contract.ts';

describeNotifications('PostgreSQL', createTestDatabase);
