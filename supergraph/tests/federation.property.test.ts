import fc from 'fast-check';
import { buildSchema, execute, parse, validate } from 'graphql';
import { pino } from 'pino';
import { createCore } from '../src/core.ts';
import { anonymous, composeInProcess } from './in-process.transport.ts';
import { createOperation } from './random.operation.ts';
import { createSchemaModel, printSubgraph, printUncut, Tape } from './random.schema.ts';
import { createResolver, resolveType } from './random.values.ts';

const log = pino({ level: 'silent' });
const OPERATIONS_PER_SCHEMA = 8;
const RUNS = Number(process.env.PROPERTY_RUNS ?? 40);

describe('A supergraph cut at random', () => {
  it('answers as graphql-js does over the uncut schema', async () => {
    const numbers = (length: number) => fc.array(fc.nat(1_000), { minLength: length, maxLength: length });
    await fc.assert(
      fc.asyncProperty(numbers(250), fc.array(numbers(150), { minLength: 1, maxLength: OPERATIONS_PER_SCHEMA }), check),
      { numRuns: RUNS, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
    );
  }, 120_000);
});

async function check(schemaNumbers: number[], operationNumbers: number[][]): Promise<void> {
  const model = createSchemaModel(new Tape(schemaNumbers));
  const uncut = buildSchema(printUncut(model));
  const fieldResolver = createResolver(model);
  const { supergraph, transport } = composeInProcess(
    Array.from({ length: model.subgraphs }, (_, index) => ({
      name: `s${index}`,
      sdl: printSubgraph(model, index),
      fieldResolver: fieldResolver as never,
      typeResolver: resolveType as never,
    })),
  );
  const core = createCore({ supergraph, transport, log });

  for (const operationTape of operationNumbers) {
    const { query, variables } = createOperation(uncut, new Tape(operationTape));
    const document = parse(query);
    // Two fields that cannot be merged, or a fragment no object can meet: not what is tested here.
    if (validate(uncut, document).length) continue;
    const expected = await execute({
      schema: uncut,
      document,
      rootValue: {},
      variableValues: variables,
      fieldResolver,
      typeResolver: resolveType as never,
    });
    const actual = await core.execute({ query, variables }, anonymous);
    const explain = () =>
      `${query}\n${JSON.stringify(variables)}\n${JSON.stringify(actual.errors)}\n${JSON.stringify(expected.errors)}`;
    // As text: the order of fields counts.
    if (JSON.stringify(actual.data) !== JSON.stringify(expected.data)) {
      throw new Error(`${JSON.stringify(actual.data)}\n${JSON.stringify(expected.data)}\n${explain()}`);
    }
    if (Boolean(actual.errors) !== Boolean(expected.errors)) throw new Error(explain());
  }
}
