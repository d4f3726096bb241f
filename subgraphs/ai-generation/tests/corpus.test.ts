import { answerCases } from './corpus/answer.cases.ts';
import { editCases } from './corpus/edit.cases.ts';
import { reportedCases } from './corpus/reported.cases.ts';
import { serverCases } from './corpus/server.cases.ts';
import { type CorpusTest, expectOutcome, startCorpusTest } from './corpus.fixture.ts';

const cases = [...reportedCases, ...serverCases, ...answerCases, ...editCases];
let test: CorpusTest;

beforeAll(async () => {
  test = await startCorpusTest(cases);
});
afterAll(() => test[Symbol.asyncDispose]());

it.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', async (_, recorded) => {
  await expectOutcome(test, recorded);
});
