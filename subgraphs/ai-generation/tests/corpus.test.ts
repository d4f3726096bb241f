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

it('leaves a model open to others that refused the requests of one', async () => {
  const refused = serverCases.find(({ name }) => name === 'context-of-openai')!;
  for (let count = 0; count < 4; count += 1) {
    const { generation } = await test.run(refused);
    expect(generation.error?.code).toBe('GENERATION_CONTEXT_EXCEEDED');
  }
});
