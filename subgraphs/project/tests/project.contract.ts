import type { SubgraphTest } from '@vibecode/platform/testing/subgraph';
import { describeAccess } from './access.contract.ts';
import { describeChangesets } from './changesets.contract.ts';
import { describeLocks } from './locks.contract.ts';
import { describeNews } from './news.contract.ts';
import { describeProjects } from './projects.contract.ts';
import { describeVersions } from './versions.contract.ts';

/** What the project service does, whatever keeps its documents. */
export function describeProject(driver: string, start: () => Promise<SubgraphTest>): void {
  describe(`project subgraph: ${driver}`, () => {
    let test: SubgraphTest;
    beforeAll(async () => {
      test = await start();
    });
    afterAll(() => test[Symbol.asyncDispose]());

    for (const describePart of [
      describeProjects,
      describeChangesets,
      describeVersions,
      describeNews,
      describeLocks,
      describeAccess,
    ]) {
      describePart(() => test);
    }
  });
}
