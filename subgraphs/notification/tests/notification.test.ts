import { startTestDatabase } from '@vibecode/platform/testing/database';
import { describeNotifications } from './notification.contract.ts';

describeNotifications('PGlite', startTestDatabase);
