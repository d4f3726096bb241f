import * as fc from '@vibecode/platform/testing/property';
import { buildSchema, execute, parse, validate } from 'graphql';
import { pino } from 'pino';
import { createCore } from '../../src/pipeline/core.ts';
import { anonymous, composeInProcess } from '../support/in-process.transport.ts';
import { explainDifference } from '../support/random.compare.ts';
import { createOperation } from '../support/random.operation.ts';
import { printSubgraph, printUncut } from '../support/random.print.ts';
import { createSchemaModel, Tape } from '../support/random.schema.ts';
import { createResolver, type RandomState, resolveNode, resolveType } from '../support/random.values.ts';

const log = pino({ level: 'silent' });
/** What a gateway may refuse that one schema answers. */
const REFUSALS: ReadonlySet<unknown> = new Set(['QUERY_PLANNING_LIMIT', 'REQUIRED_ARGUMENTS_CONFLICT']);
const OPERATIONS_PER_SCHEMA = 10;

describe('A supergraph cut at random', () => {
  it(
    'answers as graphql-js does over the uncut schema',
    async () => {
      const numbers = (length: number) => fc.array(fc.nat(1_000), { minLength: length, maxLength: length });
      const operations = fc.array(numbers(250), { minLength: 1, maxLength: OPERATIONS_PER_SCHEMA });
      await fc.assert(fc.asyncProperty(numbers(400), operations, check), {
        numRuns: 40,
        // One shareable field failed in two subgraphs.
        regressions: [{ seed: 4242, run: 134 }],
      });
    },
    fc.PROPERTY_TIMEOUT_MS,
  );
});

async function check(schemaNumbers: number[], operationNumbers: number[][]): Promise<void> {
  const model = createSchemaModel(new Tape(schemaNumbers));
  const uncut = buildSchema(printUncut(model));
  const cutState: RandomState = { ticks: 0, log: [] };
  const { supergraph, transport } = composeInProcess(
    Array.from({ length: model.subgraphs + 1 }, (_, index) => ({
      name: `s${index}`,
      sdl: printSubgraph(model, index),
      ...(index === 0 && { resolvers: { Node: { __resolveReference: resolveNode(model) } } as never }),
      fieldResolver: createResolver(model, index, cutState) as never,
      typeResolver: resolveType as never,
    })),
  );
  const core = createCore({ supergraph, transport, log });

  for (const operationTape of operationNumbers) {
    const { query, variables } = createOperation(uncut, new Tape(operationTape));
    const document = parse(query);
    // Two fields that cannot be merged, or a fragment no object can meet: not what is tested here.
    if (validate(uncut, document).length) continue;
    const uncutState: RandomState = { ticks: 0, log: [] };
    Object.assign(cutState, { ticks: 0, log: [] });
    const expected = await execute({
      schema: uncut,
      document,
      rootValue: {},
      variableValues: variables,
      fieldResolver: createResolver(model, null, uncutState),
      typeResolver: resolveType as never,
    });
    const actual = await core.execute({ query, variables }, anonymous);
    if (REFUSALS.has(actual.errors?.[0]?.extensions?.code)) continue;
    const difference =
      explainDifference(actual, expected) ??
      (isOrder(cutState.log, uncutState.log, expected.data) ? null : `ran ${cutState.log}, not ${uncutState.log}`);
    if (difference) {
      const schemas = Array.from({ length: model.subgraphs + 1 }, (_, index) => printSubgraph(model, index));
      throw new Error(`${difference}\n${query}\n${JSON.stringify(variables)}\n${schemas.join('\n---\n')}`);
    }
  }
}

/** Mutations after one whose null has taken all data may run or not (specification 6.4.4). */
function isOrder(actual: readonly string[], expected: readonly string[], data: unknown): boolean {
  return (data === null ? actual.slice(0, expected.length) : actual).join() === expected.join();
}
