import * as fc from '@vibecode/platform/testing/property';
import { buildSchema, parse, print, validate } from 'graphql';
import { pino } from 'pino';
import { removeDefer } from '../../src/defer/defer.document.ts';
import { createCore } from '../../src/pipeline/core.ts';
import { anonymous, composeInProcess } from '../support/in-process.transport.ts';
import { deferSome } from '../support/random.defer.ts';
import { createOperation } from '../support/random.operation.ts';
import { printSubgraph, printUncut } from '../support/random.print.ts';
import { createSchemaModel, Tape } from '../support/random.schema.ts';
import { createResolver, type RandomState, resolveNode, resolveType } from '../support/random.values.ts';
import { mergeParts, type Part, toCanonicalText } from './defer.merge.ts';

const log = pino({ level: 'silent' });
/** What a gateway may refuse with `@defer`, or without. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'QUERY_PLANNING_LIMIT',
  'REQUIRED_ARGUMENTS_CONFLICT',
  'GRAPHQL_VALIDATION_FAILED',
]);
const seen = { operations: 0, increments: 0 };

describe('An operation with @defer at random', () => {
  it(
    'comes in parts that amount to the answer without @defer',
    async () => {
      const numbers = (length: number) => fc.array(fc.nat(1_000), { minLength: length, maxLength: length });
      const operations = fc.array(numbers(400), { minLength: 1, maxLength: 8 });
      await fc.assert(fc.asyncProperty(numbers(400), operations, check), {
        numRuns: 40,
        covers: () => expect(seen.increments).toBeGreaterThan(seen.operations / 10),
      });
    },
    fc.PROPERTY_TIMEOUT_MS,
  );
});

async function check(schemaNumbers: number[], operationNumbers: number[][]): Promise<void> {
  const model = createSchemaModel(new Tape(schemaNumbers));
  const uncut = buildSchema(printUncut(model));
  const state: RandomState = { ticks: 0, log: [] };
  const { supergraph, transport } = composeInProcess(
    Array.from({ length: model.subgraphs + 1 }, (_, index) => ({
      name: `s${index}`,
      sdl: printSubgraph(model, index),
      ...(index === 0 && { resolvers: { Node: { __resolveReference: resolveNode(model) } } as never }),
      fieldResolver: createResolver(model, index, state) as never,
      typeResolver: resolveType as never,
    })),
  );
  const core = createCore({ supergraph, transport, log });

  for (const operationTape of operationNumbers) {
    const tape = new Tape(operationTape);
    const { query: plain, variables } = createOperation(uncut, tape);
    const document = deferSome(parse(plain), tape);
    const whole = print(removeDefer(document));
    if (validate(uncut, parse(whole)).length) continue;
    const query = print(document);
    Object.assign(state, { ticks: 0, log: [] });
    const expected = await core.execute({ query: whole, variables }, anonymous);
    Object.assign(state, { ticks: 0, log: [] });
    const result = await core.subscribe({ query, variables }, anonymous);
    const explain = () => `${query}\n${JSON.stringify(variables)}\n${JSON.stringify(expected)}`;
    if (!('attach' in result) && REFUSALS.has(result.errors?.[0]?.extensions?.code)) continue;
    seen.operations += 1;
    if (!('attach' in result)) {
      if (toCanonicalText(result.data) !== toCanonicalText(expected.data)) {
        throw new Error(`${JSON.stringify(result)}\n${explain()}`);
      }
      continue;
    }
    const parts: Part[] = [];
    for await (const part of result) parts.push(part as unknown as Part);
    const merged = mergeParts(parts);
    seen.increments += parts.flatMap(({ incremental = [] }) => incremental).length;
    if (merged.hasFailedFragment) {
      if (merged.errors.length === 0) throw new Error(`A fragment is null without an error\n${explain()}`);
      continue;
    }
    if (!isSame(merged.data, expected.data, Boolean(expected.errors))) {
      throw new Error(`${JSON.stringify(parts, null, 1)}\n${explain()}`);
    }
    if (Boolean(expected.errors) !== merged.errors.length > 0)
      throw new Error(`${JSON.stringify(parts)}\n${explain()}`);
  }
}

/**
 * Where a null has gone up to an object that several fragments share, each of them has it or not by its own fields: a null of
 * the whole answer stands for anything then.
 */
function isSame(actual: unknown, expected: unknown, hasErrors: boolean): boolean {
  if (expected === null && hasErrors) return true;
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null) {
    return actual === expected;
  }
  const keys = Object.keys(expected);
  return (
    Array.isArray(actual) === Array.isArray(expected) &&
    keys.length === Object.keys(actual).length &&
    keys.every((key) => isSame(actual[key as never], expected[key as never], hasErrors))
  );
}
