import { startTestDatabase } from '@vibecode/platform/testing/database';
import { describeServices } from './services.contract.ts';

describeServices('auth on embedded PostgreSQL', startTestDatabase);
