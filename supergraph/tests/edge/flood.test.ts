import * as fc from '@vibecode/platform/testing/property';
import { buildSchema, parse, validate } from 'graphql';
import { pino } from 'pino';
import { routerConfigSchema } from '../../src/config/config.schema.ts';
import { assertBounded } from '../../src/edge/document.bounds.ts';
import { createOperationLimits } from '../../src/edge/operation.limits.ts';
import { createCore } from '../../src/pipeline/core.ts';
import { findCircle } from '../../src/request/document.ts';
import { assertJsonBounds, DEFAULT_MAX_JSON_VALUES } from '../../src/transport/json.bounds.ts';
import { anonymous, composeInProcess } from '../support/in-process.transport.ts';
import { createOperation } from '../support/random.operation.ts';
import { Tape } from '../support/random.schema.ts';
import { FLOODED, FLOODS, JSON_FLOODS, LARGE } from './flood.fixture.ts';

const { supergraph, transport } = composeInProcess([{ name: 'flooded', sdl: FLOODED }]);
const limits = routerConfigSchema.parse({}).limits.router;
const TIMES = 8;
const log = pino({ level: 'silent' });
const REFUSED =
  /^(PARSER_TOKEN_LIMIT|PARSER_RECURSION_LIMIT|PARSER_NAME_LIMIT|DOCUMENT_SIZE_LIMIT|FIELD_COMPARISONS_LIMIT|INTROSPECTION_LIMIT|DEFINITIONS_LIMIT|GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED|OPERATION_RESOLUTION_FAILURE|MAX_\w+_LIMIT)$/;

/** What an operator who bounds operations would set, as this project does. */
const bounded = routerConfigSchema.parse({
  limits: { router: { max_depth: 20, max_height: 300, max_aliases: 50, max_root_fields: 20 } },
}).limits.router;

/** Milliseconds of this thread, on average over enough of them for its clock. */
function cpuMs(work: () => void): number {
  work();
  const before = process.threadCpuUsage();
  for (let n = 0; n < TIMES; n++) work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000 / TIMES;
}

describe('floods', () => {
  const core = createCore({ supergraph, transport, log, hooks: createOperationLimits(bounded, log) });

  it.each(Object.entries(FLOODS))('of %s are refused', async (_name, query) => {
    const { errors } = await core.execute({ query }, anonymous);
    expect(String(errors?.[0]?.extensions?.code)).toMatch(REFUSED);
  });

  const prepare = (query: string) => {
    try {
      core.operations.parser.parse({ query });
    } catch {
      // That it is refused is tested above.
    }
  };

  // FLOOD_FIGURES=1 prints them. Less than 20 ms each on a machine of its own; twice that is a machine that others use.
  it('take little of the event loop', () => {
    const slow = Object.entries({ ...FLOODS, ...LARGE }).flatMap(([name, query]) => {
      const ms = cpuMs(() => prepare(query));
      if (process.env.FLOOD_FIGURES) process.stderr.write(`${ms.toFixed(1).padStart(7)} ms  ${name}\n`);
      return ms < 40 ? [] : [`${name}: ${ms} ms`];
    });
    expect(slow).toEqual([]);
  }, 120_000);

  it('of JSON are refused before they are parsed', () => {
    for (const [name, text] of Object.entries(JSON_FLOODS)) {
      const check = () => assertJsonBounds(text, DEFAULT_MAX_JSON_VALUES);
      const isOneString = /quotes|backslashes|string/.test(name);
      if (isOneString) expect(check).not.toThrow();
      else expect(check).toThrow(/JSON (nests deeper|has more than)/);
      const ms = cpuMs(() => {
        try {
          check();
        } catch {
          // As above.
        }
      });
      if (process.env.FLOOD_FIGURES) process.stderr.write(`${ms.toFixed(1).padStart(7)} ms  JSON: ${name}\n`);
    }
  });
});

describe('the bounds of JSON', () => {
  it('count what is outside of strings only', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.string(), (value, text) => {
        const json = JSON.stringify({ text: text.repeat(100), padding: ' '.repeat(1_100), value });
        let expected = 1;
        const count = (inner: unknown): void => {
          if (typeof inner !== 'object' || inner === null) return;
          const size = Array.isArray(inner) ? inner.length : Object.keys(inner).length;
          expected += 1 + Math.max(0, size - 1) + (Array.isArray(inner) ? 0 : size);
          for (const each of Object.values(inner)) count(each);
        };
        count(JSON.parse(json));
        expect(() => assertJsonBounds(json, expected)).not.toThrow();
        expect(() => assertJsonBounds(json, expected - 1)).toThrow('values and keys');
      }),
    );
  });
});

describe('the bounds of documents', () => {
  it('let pass what people ask, valid or not', () => {
    const schema = buildSchema(FLOODED);
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 200, maxLength: 200 }), (numbers) => {
        const { query } = createOperation(schema, new Tape(numbers));
        expect(() => assertBounded(parse(query), limits.max_field_comparisons)).not.toThrow();
      }),
    );
  });

  it('see fragments that spread each other in circles', () => {
    const edges = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 12 });
    const schema = buildSchema('type Query { s: String }');
    fc.assert(
      fc.property(edges, (pairs) => {
        const spreads = (from: number) => pairs.filter(([start]) => start === from).map(([, to]) => `...f${to}`);
        const text = Array.from({ length: 7 }, (_, n) => `fragment f${n} on Query { s ${spreads(n).join(' ')} }`);
        const document = parse(`{ s } ${text.join(' ')}`);
        const fragments = new Map(
          document.definitions.flatMap((node) =>
            node.kind === 'FragmentDefinition' ? [[node.name.value, node] as const] : [],
          ),
        );
        const isCircular = validate(schema, document).some(({ message }) => message.includes('within itself'));
        expect(findCircle(fragments) !== null).toBe(isCircular);
      }),
    );
  });
});
