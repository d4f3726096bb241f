import * as fc from '@vibecode/platform/testing/property';
import { pino } from 'pino';
import { createCore } from '../../src/pipeline/core.ts';
import { anonymous, composeInProcess } from '../support/in-process.transport.ts';
import { createRequirementOperation } from '../support/random.requirements.operation.ts';
import { printRequiringSubgraph } from '../support/random.requirements.print.ts';
import { createRequirementModel } from '../support/random.requirements.ts';
import {
  createRequirementResolver,
  type RequirementWitness,
  resolveRequirementType,
} from '../support/random.requirements.values.ts';
import { Tape } from '../support/random.schema.ts';

const log = pino({ level: 'silent' });
const OPERATIONS_PER_SCHEMA = 10;
/** Schemas in which a requirement has requirements, at least. */
const RUNS_WITH_CHAINS = 0.5;
/** Operations that may be refused, with an error that says so. */
const MOST_REFUSED = 0.1;
const seen = { schemas: 0, unsatisfiable: 0, operations: 0, chained: 0, refused: 0 };

describe('Fields that require each other over subgraphs', () => {
  it(
    'are answered as arithmetic says, and no subgraph computes one without what it requires',
    async () => {
      const numbers = (length: number) => fc.array(fc.nat(1_000), { minLength: length, maxLength: length });
      const operations = fc.array(numbers(150), { minLength: OPERATIONS_PER_SCHEMA, maxLength: OPERATIONS_PER_SCHEMA });
      await fc.assert(fc.asyncProperty(numbers(300), operations, check), {
        numRuns: 12,
        covers() {
          expect(seen.chained).toBeGreaterThan(RUNS_WITH_CHAINS * seen.schemas);
          expect(seen.refused).toBeLessThan(MOST_REFUSED * seen.operations);
        },
      });
    },
    fc.PROPERTY_TIMEOUT_MS,
  );
});

async function check(schemaNumbers: number[], operationNumbers: number[][]): Promise<void> {
  const model = createRequirementModel(new Tape(schemaNumbers));
  const witness: RequirementWitness = { missing: [], changes: 0 };
  const count = model.subgraphs + (model.asObject ? 1 : 0);
  const definitions = Array.from({ length: count }, (_, index) => ({
    name: `s${index}`,
    sdl: printRequiringSubgraph(model, index),
    fieldResolver: createRequirementResolver(model, index, witness) as never,
    typeResolver: ((source: Record<string, unknown>) => resolveRequirementType(model, source)) as never,
    ...(index === model.roots.things &&
      model.asObject && {
        resolvers: {
          Thing: {
            __resolveReference: ({ id }: { id: string }) => ({ id, __typename: resolveRequirementType(model, { id }) }),
          },
        } as never,
      }),
  }));
  seen.schemas += 1;
  if (model.entities.some(({ fields }) => fields.some(({ depth }) => depth > 1))) seen.chained += 1;
  const composed = composeOrNull(definitions);
  if (!composed) return;
  const { supergraph, transport } = composed;
  const core = createCore({ supergraph, transport, log });
  for (const numbers of operationNumbers) {
    const { query, expected, changes } = createRequirementOperation(model, new Tape(numbers));
    witness.missing.length = 0;
    witness.changes = 0;
    const { data, errors } = await core.execute({ query }, anonymous);
    seen.operations += 1;
    const code = errors?.[0]?.extensions?.code;
    // Apollo's planner finds no plan for some requirements of interface objects, and says so.
    if (code === 'REQUIRED_ARGUMENTS_CONFLICT' || (model.asObject && code === 'QUERY_PLANNING_FAILED')) {
      seen.refused += 1;
      continue;
    }
    const problems = [
      ...(errors?.length ? [`errors ${JSON.stringify(errors)}`] : []),
      ...(isSame(data, expected) ? [] : [`answered ${JSON.stringify(data)}\nexpected ${JSON.stringify(expected)}`]),
      ...witness.missing,
      ...(witness.changes === changes ? [] : [`${witness.changes} mutations ran, not ${changes}`]),
    ];
    if (problems.length) {
      throw new Error(`${problems.join('\n')}\n${query}\n${definitions.map(({ sdl }) => sdl).join('\n---\n')}`);
    }
  }
}

/** Null for requirements that composition finds no way to satisfy. */
function composeOrNull(definitions: Parameters<typeof composeInProcess>[0]) {
  try {
    return composeInProcess(definitions);
  } catch {
    seen.unsatisfiable += 1;
    return null;
  }
}

function isSame(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return actual === expected;
  if (typeof actual !== 'object' || actual === null) return false;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((value, at) => isSame(actual[at], value))
    );
  }
  const keys = Object.keys(expected);
  return (
    keys.length === Object.keys(actual).length &&
    keys.every((key) => isSame((actual as Record<string, unknown>)[key], (expected as Record<string, unknown>)[key]))
  );
}
