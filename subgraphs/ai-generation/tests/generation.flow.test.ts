import { newId } from '@vibecode/platform/id';
import { chooseFlow, countCalls, GenerationFlow, LEAST_STEPS_CONTEXT_TOKENS } from '../src/generation.flow.ts';
import { toFlowChoice } from '../src/generation.hold.ts';
import type { Model } from '../src/models/model.ts';
import { follow, startStepsTest } from './steps.fixture.ts';

const { SINGLE, STEPS, AUTO } = GenerationFlow;
const FIT = {
  contextTokens: LEAST_STEPS_CONTEXT_TOKENS,
  provider: 'openai',
  available: true,
  isFollowUp: false,
  headVersion: 0,
};
const LARGE = { models: ['large'], env: { OLLAMA_CONTEXT_TOKENS: '65536' } };

describe('AUTO', () => {
  it.each([
    ['a first request of a model with context enough', {}, STEPS],
    ['too small a context', { contextTokens: LEAST_STEPS_CONTEXT_TOKENS - 1 }, SINGLE],
    ['an unknown context', { contextTokens: null }, SINGLE],
    ['a model that is away', { available: false }, SINGLE],
    ['a blueprint', { provider: 'blueprint' }, SINGLE],
    ['a follow-up', { isFollowUp: true }, SINGLE],
    ['a project that has a version', { headVersion: 1 }, SINGLE],
  ])('of %s', (_, input, flow) => {
    expect(chooseFlow({ ...FIT, ...input })).toBe(flow);
  });

  it('is the default, and takes one call where the quota has no room for five', async () => {
    await using test = await startStepsTest({}, LARGE);
    const person = await test.signUp();
    const flowOf = async (input: object) => {
      const started = await person.start({ clientRequestId: newId(), maxTokens: 1_000, ...input });
      const generation = follow(test, person, started.data.startGeneration.id);
      const { flow, steps } = await generation.look();
      await generation.watch();
      return [flow, steps.length, generation.id];
    };
    const [flow, steps, parentId] = await flowOf({});
    expect([flow, steps]).toEqual([STEPS, 5]);
    expect((await flowOf({ flow: null }))[0]).toBe(STEPS);
    expect((await flowOf({ flow: SINGLE })).slice(0, 2)).toEqual([SINGLE, 0]);
    expect((await flowOf({ parentId }))[0]).toBe(SINGLE);
    test.neighbours.affordableTokens = 20_000;
    const held = await flowOf({});
    expect(held[0]).toBe(SINGLE);
    expect(test.neighbours.quietRefusals).toBe(1);
    // Whoever asks for steps is told.
    const { errors } = await person.start({ flow: STEPS, maxTokens: 1_000, clientRequestId: newId() });
    expect(errors[0].extensions).toMatchObject({ code: 'BILLING_QUOTA_EXCEEDED' });
    expect(test.neighbours.quietRefusals).toBe(1);
  });

  it('leaves a model with little context at one call', async () => {
    await using test = await startStepsTest();
    const person = await test.signUp();
    const started = await person.start({ flow: AUTO });
    expect(await follow(test, person, started.data.startGeneration.id).look()).toMatchObject({
      flow: SINGLE,
      steps: [],
    });
  });
});

describe('steps of a blueprint', () => {
  const model = { id: 'blueprint', provider: 'blueprint' } as Model;
  const listed = { model, contextTokens: null, available: true };
  const request = { flow: STEPS, parentId: null, maxRepairs: 0, review: false };

  it('are refused, and left to the service they are one call', () => {
    expect(() => toFlowChoice(request, listed, { headVersion: 0 })).toThrow(/'flow' is STEPS.*Expected SINGLE or AUTO/);
    expect(toFlowChoice({ ...request, flow: AUTO }, listed, { headVersion: 0 }).flows).toEqual([SINGLE]);
  });
});

describe('the calls that a hold covers', () => {
  it.each([
    [SINGLE, 0, false, 1],
    [SINGLE, 2, false, 3],
    [STEPS, 0, false, 5],
    [STEPS, 2, false, 7],
    [STEPS, 2, true, 5],
  ])('%s with %i repairs, review: %s', (flow, maxRepairs, review, calls) => {
    expect(countCalls(flow, maxRepairs, review)).toBe(calls);
  });
});
