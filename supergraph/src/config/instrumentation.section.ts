import { z } from 'zod';
import { condition, type SelectorLevel, selector } from './selector.section.ts';

/** Standard attributes of OpenTelemetry and Apollo Router that can be enabled by name at a level. */
export const STANDARD_ATTRIBUTES = {
  router: [
    'http.request.method',
    'http.request.body.size',
    'http.response.status_code',
    'http.response.body.size',
    'http.route',
    'user_agent.original',
    'server.address',
    'server.port',
    'error.type',
    'trace_id',
    'dd.trace_id',
  ],
  supergraph: ['graphql.document', 'graphql.operation.name', 'graphql.operation.type'],
  subgraph: [
    'subgraph.name',
    'subgraph.graphql.document',
    'subgraph.graphql.operation.name',
    'subgraph.graphql.operation.type',
  ],
} as const satisfies Record<SelectorLevel, readonly string[]>;

const attributes = (level: SelectorLevel) =>
  z
    .record(
      z.string(),
      z.union([
        z.boolean(),
        z.strictObject({ alias: z.string().min(1) }),
        z.string(),
        selector(level, { condition: condition(level).nullish() }),
      ]),
    )
    .superRefine((given, context) => {
      for (const [name, value] of Object.entries(given)) {
        const isStandard = (STANDARD_ATTRIBUTES[level] as readonly string[]).includes(name);
        const isNamed = typeof value === 'boolean' || (typeof value === 'object' && 'alias' in value);
        if (isNamed && !isStandard) {
          context.addIssue({ code: 'custom', path: [name], message: `expected a selector of the ${level}` });
        }
      }
    })
    .default({});

const eventLevel = z
  .union([z.literal(['info', 'warn', 'error', 'off']), z.literal(false)], {
    error: "expected 'info', 'warn', 'error' or 'off'",
  })
  .transform((value) => (value === false ? 'off' : value));

const standardEvent = (level: SelectorLevel) =>
  z
    .union([
      eventLevel.transform((value) => ({ level: value, condition: null })),
      z.strictObject({ level: eventLevel, condition: condition(level).nullish() }),
    ])
    .optional();

const customEvent = (level: SelectorLevel) =>
  z.strictObject({
    message: z.string(),
    on: z.enum(['request', 'response', 'event_response', 'error']),
    level: eventLevel,
    condition: condition(level).nullish(),
    attributes: attributes(level),
  });

const events = (level: SelectorLevel) =>
  z
    .object({ request: standardEvent(level), response: standardEvent(level), error: standardEvent(level) })
    .catchall(customEvent(level))
    .prefault({});

const instrument = (level: SelectorLevel) =>
  z.strictObject({
    value: z.union([
      z.literal(level === 'supergraph' ? ['unit', 'duration', 'event_unit', 'event_duration'] : ['unit', 'duration']),
      z.strictObject({ event_custom: selector(level) }),
      selector(level),
    ]),
    type: z.enum(['counter', 'histogram']),
    unit: z.string(),
    description: z.string(),
    condition: condition(level).nullish(),
    attributes: attributes(level),
  });

const ofLevels = <Schema extends z.ZodType>(create: (level: SelectorLevel) => Schema) => ({
  router: create('router'),
  supergraph: create('supergraph'),
  subgraph: create('subgraph'),
});

const requirement = z.enum(['required', 'recommended']).default('required');

/** Additional attributes of spans, log lines and metrics. */
export const instrumentation = z.strictObject({
  spans: z
    .strictObject({
      default_attribute_requirement_level: requirement.describe('recommended adds documents and HTTP attributes.'),
      ...ofLevels((level) => z.strictObject({ attributes: attributes(level) }).prefault({})),
    })
    .prefault({}),
  events: z.strictObject(ofLevels(events)).prefault({}).describe('Additional log lines.'),
  instruments: z
    .strictObject({
      default_requirement_level: requirement,
      ...ofLevels((level) => z.record(z.string(), instrument(level)).default({})),
    })
    .prefault({})
    .describe('Additional counters and histograms. Changes need a restart.'),
});
