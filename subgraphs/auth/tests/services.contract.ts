import type { TestDatabase } from '@vibecode/platform/testing/database';
import { describeApiKeys } from './api-key.contract.ts';
import { describeLogin } from './login.contract.ts';
import { describeRegistration } from './registration.contract.ts';
import { describeSessions } from './session.contract.ts';
import { startTestServices } from './start.services.ts';

/** What the services promise, whichever PostgreSQL they stand on. */
export function describeServices(name: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(name, () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await startDatabase();
    });
    afterAll(() => database?.[Symbol.asyncDispose]());

    for (const describePart of [describeRegistration, describeLogin, describeSessions, describeApiKeys])
      describePart((options) => startTestServices(database.url, options));
  });
}
