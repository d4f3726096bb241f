import { reportedCases } from './corpus/reported.cases.ts';
import { type CorpusTest, expectOutcome, startCorpusTest } from './corpus.fixture.ts';

const cases = [...reportedCases];
let test: CorpusTest;

beforeAll(async () => {
  test = await startCorpusTest(cases);
});
afterAll(() => test[Symbol.asyncDispose]());

it.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', async (_, recorded) => {
  await expectOutcome(test, recorded);
});
